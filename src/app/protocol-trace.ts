import { startTrace } from '../wire/protocol-trace.ts';

/**
 * With `GRIDRUN_DEBUG=protocol` (or a list with commas that holds `protocol`), writes the trace of this process and of
 * its workers, a line each: `2026-11-26T08:00:00.000Z http POST http://hub:4444/session: 200, 512 ms`.
 */
export function traceIfAsked(env: NodeJS.ProcessEnv, write: (line: string) => void): void {
  if (!(env['GRIDRUN_DEBUG'] ?? '').split(',').includes('protocol')) return;
  startTrace((at, text) => write(`${new Date(at).toISOString()} ${text}\n`));
}
