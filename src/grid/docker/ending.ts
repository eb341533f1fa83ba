import { Redaction } from '../../text/redaction.ts';
import { lastLines } from './containers.ts';
import { ifThere, type Engine } from './engine.ts';
import type { GridContainer } from './inventory.ts';

const LOG_LINES = 5;
const LINE_CHARS = 200;

/** What 128 plus a signal's number means. */
const SIGNALS: Readonly<Record<number, string>> = { 134: 'aborted', 137: 'killed', 139: 'crashed', 143: 'stopped' };

/** How a container got lost: in words, and its exit code if it has ended. */
export interface Ending {
  /** `ended with exit code 137 (killed)` */
  readonly how: string;
  readonly exitCode: number | undefined;
}

/** Reads how a container that does not work has ended. */
export async function endingOf(engine: Engine, { id, name, state }: GridContainer): Promise<Ending> {
  if (state === 'paused') return { how: 'was paused', exitCode: undefined };
  const facts = await ifThere(
    engine.call(`inspect ${name}`, async () => await engine.docker.getContainer(id).inspect()),
  );
  if (facts === undefined) return { how: 'was removed', exitCode: undefined };
  const { ExitCode: exitCode, OOMKilled: outOfMemory, Running: running } = facts.State;
  if (running) return { how: 'was cut off its network', exitCode: undefined };
  const why = outOfMemory ? 'out of memory' : SIGNALS[exitCode];
  return { how: `ended with exit code ${exitCode}${why === undefined ? '' : ` (${why})`}`, exitCode };
}

/** The last lines of a container's log on one line, without secrets. Empty if there is no log. */
export async function lastWords(engine: Engine, id: string, secrets: readonly string[]): Promise<string> {
  const log = await lastLines(engine, id, LOG_LINES).catch(() => '');
  const lines = log
    .split('\n')
    .map((line) => line.trim().slice(0, LINE_CHARS))
    .filter(Boolean);
  return lines.length === 0 ? '' : `; its last lines: ${new Redaction([...secrets]).text(lines.join(' | '))}`;
}
