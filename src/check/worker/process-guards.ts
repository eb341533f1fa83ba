import { format } from 'node:util';
import { laneContext, type AttemptContext } from './attempt-context.ts';

export interface ProcessGuardsOptions {
  readonly onOutput: (siteId: string, stream: 'stdout' | 'stderr', text: string) => void;
  /** An error of code that belongs to no lane. */
  readonly onUnattributedError: (error: unknown) => void;
}

/**
 * Makes what belongs to a whole process belong to lanes: an exception or rejection that nobody caught goes to the
 * attempt whose code it came from, and so does what is written to the console; a check can't end the process.
 */
export function installProcessGuards(options: ProcessGuardsOptions): void {
  const onStray = (error: unknown): void => {
    if (isSkip(error)) return;
    const store = laneContext.getStore();
    if (store?.run !== undefined) store.run.onStray(error, store.check);
    else if (store !== undefined) store.lane.onStray(error);
    else options.onUnattributedError(error);
  };
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  // Ctrl-C reaches the whole process group: the parent decides what becomes of the run.
  process.on('SIGINT', () => {});
  const exit = process.exit.bind(process);
  process.on('disconnect', () => exit(0));
  process.exit = (code) => {
    throw new Error(`process.exit(${format(code)}) in a check: it would end the checks of all other sites too`);
  };
  for (const name of ['stdout', 'stderr'] as const) routeStream(name, options.onOutput);
}

/** mocha's `this.skip()` in a test with a callback says so with an exception. */
function isSkip(error: unknown): boolean {
  return typeof error === 'object' && error !== null && error.constructor?.name === 'PendingError';
}

function routeStream(name: 'stdout' | 'stderr', onOutput: ProcessGuardsOptions['onOutput']): void {
  type Callback = (error?: Error | null) => void;
  process[name].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Callback,
    callback?: Callback,
  ): boolean => {
    const run: AttemptContext | undefined = laneContext.getStore()?.run;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    onOutput(run?.siteId ?? '', name, run === undefined ? text : run.redaction.text(text));
    const done = typeof encoding === 'function' ? encoding : callback;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
}
