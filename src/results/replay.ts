import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SCHEMA_VERSION, type RunEvent } from '../core/event.ts';
import { GridrunError, refusal } from '../core/fault.ts';
import { whyNotEvent } from './event-shape.ts';
import { StopReasons } from './stop-reasons.ts';

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a journal as a stream of events. Ignores what follows the last newline, which is a line that the run did not
 * finish. So every byte prefix of a journal replays. Throws a refusal that names the line if any other line is not an
 * event, if a newer gridrun wrote the journal, or if the file cannot be read.
 */
export async function* replay(path: string): AsyncGenerator<RunEvent, void, void> {
  let bytes: ReadStream | undefined;
  try {
    const stats = await stat(path);
    // Nothing may ever come out of a pipe or a device.
    if (!stats.isFile()) throw unreadable(path, 'it is not a file');
    bytes = createReadStream(path, { highWaterMark: 1 << 20 });
    yield* parseJournal(bytes, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof GridrunError || code === undefined) throw error;
    if (code === 'ENOENT')
      throw refusal('journal.missing', `there is no journal at ${path}`, { hint: 'pass the results folder of a run' });
    throw unreadable(path, (error as Error).message);
  } finally {
    bytes?.destroy();
  }
}

function unreadable(path: string, why: string): GridrunError {
  return refusal('journal.unreadable', `cannot read the journal ${path}: ${why}`, {
    hint: 'it must be a file that you may read',
  });
}

/**
 * The events of a journal up to its first damaged line.
 * @param onDamage called with the reason if there is such a line
 */
export async function* replaySound(
  path: string,
  onDamage: (reason: string) => void,
): AsyncGenerator<RunEvent, void, void> {
  try {
    yield* replay(path);
  } catch (error) {
    if (!(error instanceof GridrunError)) throw error;
    onDamage(error.message);
  }
}

/** The same for bytes from any source. `name` is for messages. */
export async function* parseJournal(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
): AsyncGenerator<RunEvent, void, void> {
  const stopReasons = new StopReasons();
  let lineNumber = 0;
  let torn: Uint8Array[] = [];
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end);
      lineNumber++;
      yield stopReasons.complete(eventOf(torn.length === 0 ? line : Buffer.concat([...torn, line]), lineNumber, name));
      torn = [];
      start = end + 1;
    }
    if (start < chunk.length) torn.push(chunk.subarray(start));
  }
}

function eventOf(line: Uint8Array, lineNumber: number, name: string): RunEvent {
  const value = parse(line);
  const newer = lineNumber === 1 ? newerSchema(value) : undefined;
  const why = newer ?? whyNotEvent(value) ?? whyNotHere(value as RunEvent, lineNumber);
  if (why === undefined) return value as RunEvent;
  throw refusal(
    newer === undefined ? 'journal.line' : 'journal.schema',
    `line ${lineNumber} of the journal ${name} is ${why}`,
    {
      hint:
        newer === undefined
          ? 'use another copy of the file: this one was changed, or is not a journal'
          : 'use the gridrun version that wrote it, or a newer one',
    },
  );
}

/** A journal has one run, and begins with its start. */
function whyNotHere({ type }: RunEvent, lineNumber: number): string | undefined {
  if ((type === 'run-started') === (lineNumber === 1)) return undefined;
  return lineNumber === 1
    ? 'not the start of a run'
    : 'the start of another run: the file has two runs, or one run twice';
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(line));
  } catch {
    return undefined;
  }
}

function newerSchema(value: unknown): string | undefined {
  const schema = (value as { readonly schema?: unknown } | undefined | null)?.schema;
  return typeof schema === 'number' && schema > SCHEMA_VERSION
    ? `of schema ${schema}, and this gridrun reads up to ${SCHEMA_VERSION}`
    : undefined;
}
