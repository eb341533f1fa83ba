import type { SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';

/** Long enough for some megabytes to a distant grid. */
const UPLOAD_DEADLINE_MS = 120_000;

/**
 * Uploads a zip of one folder to the machine of the session's browser. Returns the path of the unpacked folder there,
 * which is deleted with the session.
 */
export async function upload(session: SessionFacts, zip: Buffer, signal: AbortSignal): Promise<string> {
  const client = new WireClient(session.endpoint);
  const body = { file: zip.toString('base64') };
  const send = async (path: string): Promise<string> =>
    (await client.send('POST', `/session/${session.sessionId}${path}`, body, {
      deadlineMs: UPLOAD_DEADLINE_MS,
      signal,
    })) as string;
  // A Selenium Grid marks its sessions with `se:` capabilities. chromedriver has the same command under another path.
  const onGrid = Object.keys(session.capabilities).some((name) => name.startsWith('se:'));
  const [first, second] = onGrid ? (['/se/file', '/file'] as const) : (['/file', '/se/file'] as const);
  try {
    return await send(first);
  } catch (error) {
    if (!(error instanceof WireError) || !/^unknown (command|method)$/.test(error.wireCode)) throw error;
    return await send(second);
  }
}
