import type { Undated } from '../../core/event.ts';
import { exitOf, outcomeOf } from '../../core/outcome.ts';
import type { Dispatched } from './dispatch.ts';
import type { RunSummary } from './handle.ts';
import { knownFailureEvents } from './known-failures.ts';
import type { Books } from './open-books.ts';
import type { Prepared } from './prepare.ts';

/**
 * The fourth phase, of a run and of a merge: records the last events, finishes the reports and decides the exit code.
 * @param last ends with `run-ended`; each is made after the one before it is recorded
 */
export async function conclude(books: Books, last: Iterable<Undated>): Promise<RunSummary> {
  for (const event of last) books.emit(event);
  const failures = await books.finish();
  const { state, folder } = books;
  const { code, reasons } = exitOf(outcomeOf(state, failures.length > 0));
  return {
    run: state.started?.run ?? '',
    exitCode: code,
    reasons,
    counts: state.counts(),
    durationMs: state.durationMs,
    out: folder.path,
  };
}

/** The last events of a run: which failures are known, how sites that did not pass did before, and the end. */
export function* lastEvents(
  { input, facts }: Prepared,
  books: Books,
  { stopped, faults }: Dispatched,
): Generator<Undated> {
  const { state } = books;
  yield* knownFailureEvents(state, input.known, facts);
  yield* books.earlierRuns();
  const now = Date.now();
  yield { type: 'run-ended', durationMs: now - (state.started?.at ?? now), stopped, faults };
}
