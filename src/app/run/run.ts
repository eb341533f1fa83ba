import { systemFault } from '../../core/fault.ts';
import type { RunOptions } from '../../core/options.ts';
import { conclude, lastEvents } from './conclude.ts';
import { dispatch, type Dispatched } from './dispatch.ts';
import { EventFeed, type Run, type RunSummary } from './handle.ts';
import { readInput, type InputOptions } from './input.ts';
import { openBooks } from './open-books.ts';
import { writeHead } from './opening.ts';
import type { RunPlan } from './plan.ts';
import { prepare } from './prepare.ts';
import type { Replayed } from './replay-failures.ts';
import type { Terminal } from './reporters.ts';
import type { RunOrder } from './run-order.ts';
import type { Stage } from './stage.ts';
import { Stopper } from './stop.ts';

/** How to show a run, and what to run it on. */
interface RunSetting {
  /** Undefined if nothing is to be printed. */
  readonly terminal?: Terminal | undefined;
  /** Undefined if the run is on live sites. */
  readonly stage?: Stage | undefined;
}

/** Starts a run and returns its events and its summary. Prints only to `terminal`. */
export function startRun(options: RunOptions, { terminal, stage }: RunSetting = {}): Run {
  const feed = new EventFeed();
  const stopper = new Stopper();
  const summary = execute({ options, terminal, feed, stopper, stage }).finally(() => feed.end());
  // A caller that only reads the events must not get an unhandled rejection.
  summary.catch(() => {});
  return { [Symbol.asyncIterator]: () => feed.read(), summary, stop: (how = 'drain') => stopper.stop(how) };
}

/** Makes the plan of a run and starts nothing. Throws a refusal with every mistake of the input. */
export async function planRun(options: InputOptions): Promise<RunPlan> {
  await using stack = new AsyncDisposableStack();
  const { plan } = await readInput(options, { stack, emit: () => {}, signal: new AbortController().signal });
  return plan;
}

/** The whole run, in four phases. What they opened is closed in reverse order, whatever happens. */
async function execute(order: RunOrder): Promise<RunSummary> {
  const { options, terminal, feed, stopper } = order;
  await using prepared = await orRefused(prepare(order));
  const { folder, input } = prepared;
  await using books = await orRefused(
    openBooks({
      report: options,
      terminal,
      folder,
      journal: { secrets: input.secrets, onFailure: (error) => stopper.stopFor('journal', error.message) },
      historyNotice: input.historyNotice,
      recordings: { isRecorded: options.record !== 'off', max: options.keepRecordings },
      onEvent: (event) => feed.push(event),
    }),
  );
  await writeHead(prepared, books, options);
  // A journal that cannot be written stops the run here, before the first session.
  await books.written();
  const dispatched = await dispatch(prepared, books, order);
  const stopped = options.record === 'off' ? dispatched.stopped : await replay(dispatched, { prepared, books, order });
  return await conclude(books, lastEvents(prepared, books, { ...dispatched, stopped }));
}

/** Loads the replay of recordings, with its proxy, only for a run that records. */
async function replay(dispatched: Dispatched, replayed: Replayed): Promise<Dispatched['stopped']> {
  const { replayFailures } = await import('./replay-failures.ts');
  return await replayFailures(dispatched, replayed, (nested, onRecordings) =>
    startRun(nested, { stage: onRecordings }),
  );
}

/** Awaits a step before the start of a run. Refuses the run if the operating system does not let it. */
async function orRefused<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw systemFault(error, true);
  }
}
