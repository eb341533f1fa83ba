import { now, wallClock } from '../os/real-timers.ts';
import { Redaction } from '../text/redaction.ts';
import { visibleText } from '../text/visible-text.ts';
import { withoutCredentials } from './endpoint.ts';
import { WireError } from './wire-error.ts';

/** A longer line is cut. */
const MAX_CHARS = 1_000;

/** Receives the lines of the trace: on one line each, without secrets. `at` is in ms since 1970. */
export type TraceSink = (at: number, text: string) => void;

let sink: TraceSink | undefined;
const secretLists: (readonly string[])[] = [];
let secretCount = 0;
let redaction = new Redaction([]);

/**
 * Starts to trace this process: each message between gridrun's processes and each wire command, to `to`. Bodies of wire
 * commands are never in the trace.
 */
export function startTrace(to: TraceSink): void {
  sink = to;
}

/** Is this process traced? If not, nothing is formatted and nothing is kept. */
export function isTraced(): boolean {
  return sink !== undefined;
}

/** Removes these values from every later line. The list may grow: it is read again for each line. */
export function hideInTrace(secrets: readonly string[]): void {
  if (isTraced()) secretLists.push(secrets);
}

/** Adds a line to the trace, dated now, or at a time in ms since 1970. */
export function trace(text: string, at = wallClock()): void {
  sink?.(at, cleanLine(text));
}

/**
 * Runs a wire command and adds a line to the trace: what it is, its status and how long it took. An error's status is
 * its W3C or system code.
 */
export async function traced<T>(what: string, send: () => Promise<T>, statusOf: (reply: T) => string): Promise<T> {
  const startedAt = now();
  const end = (status: string): void => trace(`${what}: ${status}, ${Math.round(now() - startedAt)} ms`);
  try {
    const reply = await send();
    end(statusOf(reply));
    return reply;
  } catch (error) {
    end(error instanceof WireError ? error.wireCode : String(error));
    throw error;
  }
}

/** Cleans before it cuts: half a secret would not be found. */
function cleanLine(text: string): string {
  const clean = visibleText(currentRedaction().text(withoutCredentials(text))).replaceAll('\n', '\\n');
  return clean.length > MAX_CHARS ? `${clean.slice(0, MAX_CHARS)}…` : clean;
}

function currentRedaction(): Redaction {
  const count = secretLists.reduce((sum, { length }) => sum + length, 0);
  if (count !== secretCount) redaction = new Redaction(secretLists.flat());
  secretCount = count;
  return redaction;
}
