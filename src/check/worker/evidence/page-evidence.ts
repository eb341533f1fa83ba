import { withoutPasswordValues } from '../../../text/password-fields.ts';
import type { Redaction } from '../../../text/redaction.ts';
import type { Limits } from '../../../wire/deadline.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { mhtmlWithoutSecrets } from './mhtml.ts';

/** A larger picture or MHTML page is not kept. A longer source is cut. */
const MAX_BYTES = 10 * 1024 * 1024;

/** Where the pieces of a page come from. Each throws if it does not come. */
export interface PageSource {
  picture(limits: Limits): Promise<Uint8Array>;
  source(limits: Limits): Promise<string>;
  mhtml(limits: Limits): Promise<string>;
}

/** The page over the driver, for a session that offers no DevTools. It gives no MHTML. */
export function pageOverWire(wire: WireClient, sessionId: string): PageSource {
  const ask = async (what: string, limits: Limits): Promise<string> =>
    String(await wire.send('GET', `/session/${sessionId}/${what}`, undefined, limits));
  return {
    picture: async (limits) => Buffer.from(await ask('screenshot', limits), 'base64'),
    source: async (limits) => await ask('source', limits),
    mhtml: async () => '',
  };
}

/** A picture of the page; undefined if it is too large. */
export async function screenshotOf(page: PageSource, limits: Limits): Promise<Uint8Array | undefined> {
  const bytes = await page.picture(limits);
  return bytes.length > MAX_BYTES ? undefined : bytes;
}

/** The page's current source, without secrets. */
export async function sourceOf(page: PageSource, limits: Limits, redaction: Redaction): Promise<string> {
  // Cut it last: half a secret would not be found.
  return redaction.text(withoutPasswordValues(await page.source(limits))).slice(0, MAX_BYTES);
}

/** The page with its pictures and styles; undefined if it is too large or may hold a secret. */
export async function mhtmlOf(page: PageSource, limits: Limits, redaction: Redaction): Promise<Uint8Array | undefined> {
  const data = await page.mhtml(limits);
  if (data === '' || data.length > MAX_BYTES) return undefined;
  const clean = mhtmlWithoutSecrets(data, redaction);
  return clean === undefined ? undefined : Buffer.from(clean);
}
