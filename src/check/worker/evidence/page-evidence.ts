import { withoutPasswordValues } from '../../../text/password-fields.ts';
import type { Redaction } from '../../../text/redaction.ts';
import type { BidiCdp } from '../../../wire/bidi-cdp.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { mhtmlWithoutSecrets } from './mhtml.ts';

/** A larger picture or MHTML page is not kept. A longer source is cut. */
const MAX_BYTES = 10 * 1024 * 1024;

/** How to ask a session for the page that it shows. */
export interface ShownPage {
  readonly wire: WireClient;
  readonly sessionId: string;
  /** Ends every request. */
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** A picture of the page; undefined if it is too large. Throws if the session gives none. */
export async function screenshotOf(page: ShownPage): Promise<Uint8Array | undefined> {
  const bytes = Buffer.from(await ask(page, 'screenshot'), 'base64');
  return bytes.length > MAX_BYTES ? undefined : bytes;
}

/** The page's current source, without secrets. Throws if the session gives none. */
export async function sourceOf(page: ShownPage, redaction: Redaction): Promise<string> {
  // Cut it last: half a secret would not be found.
  return redaction.text(withoutPasswordValues(await ask(page, 'source'))).slice(0, MAX_BYTES);
}

/**
 * The page with its pictures and styles; undefined if it is too large or may hold a secret. Throws if the session gives
 * none.
 */
export async function mhtmlOf(page: ShownPage, cdp: BidiCdp, redaction: Redaction): Promise<Uint8Array | undefined> {
  const context = await ask(page, 'window');
  const taking = cdp
    .sessionOf(context)
    .then((session) => cdp.send('Page.captureSnapshot', { format: 'mhtml' }, session));
  const { data } = (await untilAborted(taking, page.signal)) as { data: string };
  if (data.length > MAX_BYTES) return undefined;
  const clean = mhtmlWithoutSecrets(data, redaction);
  return clean === undefined ? undefined : Buffer.from(clean);
}

async function ask({ wire, sessionId, signal, deadlineMs }: ShownPage, what: string): Promise<string> {
  return String(await wire.send('GET', `/session/${sessionId}/${what}`, undefined, { deadlineMs, signal }));
}
