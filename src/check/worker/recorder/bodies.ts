import type { DevToolsClient } from '../../../wire/devtools-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type { Limits } from '../../../wire/deadline.ts';
import { ABORTED, DEADLINE } from '../../../wire/classify.ts';
import type { Exchange } from './traffic.ts';

/** A body as Chrome gave it: decompressed, and a text as UTF-8. */
export interface Body {
  readonly bytes: Buffer;
  /** Chrome has decoded it by its charset. */
  readonly isText: boolean;
}

/** Why a body is not there. */
export type Missing =
  | 'record-max'
  /** Chrome does not have it any more, or never kept it. */
  | 'gone'
  /** A service worker gave it, and makes it again in a replay. */
  | 'service-worker'
  /** It was still loading. */
  | 'unfinished'
  /** The attempt had no time left. */
  | 'time';

/** What a page cannot do without comes first. */
const FIRST = ['Document', 'Script', 'Stylesheet', 'XHR', 'Fetch', 'Font'];
/** More would only wait in Chrome. */
const AT_ONCE = 6;

export interface BodiesOptions {
  readonly client: Pick<DevToolsClient, 'send'>;
  readonly limits: Limits;
  /** The targets that are still there. */
  readonly tabs: ReadonlySet<string>;
  /** The most bytes of all bodies together. */
  readonly maxBytes: number;
}

/** Asks Chrome for the bodies of an attempt, until there are `maxBytes`. Never rejects. */
export async function takeBodies(
  exchanges: readonly Exchange[],
  options: BodiesOptions,
): Promise<ReadonlyMap<Exchange, Body | Missing>> {
  const taken = new Map<Exchange, Body | Missing>();
  const waiting = exchanges.filter(hasBody).toSorted((a, b) => rankOf(a) - rankOf(b));
  let bytes = 0;
  const take = async (exchange: Exchange): Promise<Body | Missing> => {
    const { bodyBytes } = exchange;
    if (bytes + bodyBytes > options.maxBytes) return 'record-max';
    // Its place is taken at once, so that a body that comes faster cannot take it.
    bytes += bodyBytes;
    const body = await bodyOf(exchange, options);
    bytes -= bodyBytes;
    if (typeof body === 'string') return body;
    if (bytes + body.bytes.length > options.maxBytes) return 'record-max';
    bytes += body.bytes.length;
    return body;
  };
  const takeNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) taken.set(next, await take(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, takeNext));
  return taken;
}

/** Can the answer have a body that a replay needs? */
function hasBody({ method, response, end }: Exchange): boolean {
  if (response === undefined || end === 'redirect' || end === 'failed') return false;
  const { status } = response;
  return method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304 && status >= 200;
}

function rankOf({ type }: Exchange): number {
  const place = FIRST.indexOf(type);
  if (place !== -1) return place;
  return type === 'Media' ? FIRST.length + 1 : FIRST.length;
}

/** Asks the target that loaded the body, if it is there. The browser itself keeps bodies too, and any target reaches them. */
async function bodyOf(exchange: Exchange, { client, limits, tabs }: BodiesOptions): Promise<Body | Missing> {
  const { tab, requestId } = exchange;
  const others = [...tabs].filter((one) => one !== tab).slice(0, 1);
  for (const one of tabs.has(tab) ? [tab, ...others] : others) {
    if (limits.signal?.aborted === true) return 'time';
    try {
      const { body, base64Encoded } = await client.send('Network.getResponseBody', { requestId }, limits, one);
      const isText = base64Encoded !== true;
      return { bytes: Buffer.from(String(body), isText ? 'utf8' : 'base64'), isText };
    } catch (error) {
      if (error instanceof WireError && (error.wireCode === DEADLINE || error.wireCode === ABORTED)) return 'time';
    }
  }
  if (exchange.end === undefined) return 'unfinished';
  return exchange.response?.fromServiceWorker === true ? 'service-worker' : 'gone';
}
