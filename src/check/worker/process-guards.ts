import { format } from 'node:util';
import { fieldOf } from '../../core/as-error.ts';
import { laneIn } from '../../modules/lane-url.ts';
import { OutputBound } from '../../core/output-bound.ts';
import { attemptOfLane, attemptsOfLanes, laneContext, type AttemptContext } from './attempt-context.ts';

export interface ProcessGuardsOptions {
  readonly onOutput: (siteId: string, stream: 'stdout' | 'stderr', text: string) => void;
  /** Takes an error of code that belongs to no lane. */
  readonly onUnattributedError: (error: unknown) => void;
  /** Is it what `this.skip()` throws? In a test with a callback, it ends there. */
  readonly isSkip: (error: unknown) => boolean;
}

/**
 * Gives what belongs to the whole process to the attempt whose code it came from: uncaught exceptions, unhandled
 * rejections, console output. Keeps checks from ending the process.
 */
export function installProcessGuards(options: ProcessGuardsOptions): void {
  const onStray = (error: unknown): void => {
    if (options.isSkip(error)) return;
    const store = laneContext.getStore();
    const lane = laneIn(framesOf(error));
    // Code of a lane may come back in another lane's async context. Its stack then tells where it belongs.
    if (lane !== undefined && lane !== store?.lane.number) {
      const attempt = attemptOfLane(lane);
      if (attempt === undefined) options.onUnattributedError(error);
      else attempt.onStray(error, undefined);
    } else if (store?.attempt !== undefined) store.attempt.onStray(error, store.check);
    else if (store !== undefined) store.lane.onStray(error);
    else options.onUnattributedError(error);
  };
  seeStrays(onStray);
  // Ctrl-C reaches the whole process group. The parent decides how the run ends.
  process.on('SIGINT', () => {});
  const exit = process.exit.bind(process);
  process.on('disconnect', () => exit(0));
  hideParent();
  process.exit = (code) => {
    throw new Error(`process.exit(${format(code)}) in a check: it would end the checks of all other sites too`);
  };
  for (const name of ['stdout', 'stderr'] as const) routeStream(name, options.onOutput);
}

/** A check's own messages would reach gridrun. Without `send`, libraries know that they are in no child process. */
function hideParent(): void {
  for (const name of ['send', 'disconnect'] as const)
    Object.defineProperty(process, name, { value: undefined, writable: true });
}

/** The frames in an error's stack. Its message may hold a site's URL, which may look like a lane's. */
function framesOf(error: unknown): string | undefined {
  const stack = fieldOf(error, 'stack');
  return typeof stack === 'string' ? /\n\s+at [\s\S]*/.exec(stack)?.[0] : undefined;
}

/**
 * Calls `onStray` for each uncaught exception and unhandled rejection, before the check's own listeners. It is no
 * listener itself: a check that removes all listeners, as tests of error handlers do, would remove it for all sites.
 */
function seeStrays(onStray: (error: unknown) => void): void {
  const emit = process.emit.bind(process) as (event: string | symbol, ...args: unknown[]) => boolean;
  const see = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'uncaughtException' && event !== 'unhandledRejection') return emit(event, ...args);
    onStray(args[0]);
    emit(event, ...args);
    return true;
  };
  Object.defineProperty(process, 'emit', { value: see });
  process.setUncaughtExceptionCaptureCallback = () => {
    throw new Error(
      'process.setUncaughtExceptionCaptureCallback() in a check: it would hide the errors of all other sites too',
    );
  };
}

/** What one attempt may write: a check that logs in a loop would fill the terminal, the journal and the disk. */
const ATTEMPT_OUTPUT = { maxChars: 1_000_000, maxWrites: 5_000 };
/** What code of no attempt may write, such as check files that load. */
const OTHER_OUTPUT = { maxChars: 10_000_000, maxWrites: 50_000 };

const otherOutput = new OutputBound(OTHER_OUTPUT);
const outputs = new WeakMap<AttemptContext, OutputBound>();

function boundOf(attempt: AttemptContext | undefined): OutputBound {
  if (attempt === undefined) return otherOutput;
  let bound = outputs.get(attempt);
  if (bound === undefined) outputs.set(attempt, (bound = new OutputBound(ATTEMPT_OUTPUT)));
  return bound;
}

function routeStream(name: 'stdout' | 'stderr', onOutput: ProcessGuardsOptions['onOutput']): void {
  type Callback = (error?: Error | null) => void;
  process[name].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): boolean => {
    const attempt: AttemptContext | undefined = laneContext.getStore()?.attempt;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const shown = boundOf(attempt).take(withoutSecrets(text));
    if (shown !== undefined) onOutput(attempt?.siteId ?? '', name, shown);
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}

/** Removes the secrets of all sites: code may write in the async context of another site. */
function withoutSecrets(text: string): string {
  let result = text;
  for (const attempt of attemptsOfLanes()) result = attempt.redaction.text(result);
  return result;
}
