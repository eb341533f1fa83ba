import { join } from 'node:path';
import type { RunEvent, Undated } from '../../core/event.ts';
import { GridrunError } from '../../core/fault.ts';
import type { ReportOptions } from '../../core/options.ts';
import type { Emit } from '../../core/ports.ts';
import { RunState } from '../../core/run-state.ts';
import type { ReportFailure } from '../../report/multiplexer.ts';
import { Journal, type JournalOptions } from '../../results/journal.ts';
import { keepRecordings, type KeepRecordings } from '../../results/kept-recordings.ts';
import { HISTORY } from '../../results/layout.ts';
import type { RunFolder } from '../../results/run-folder.ts';
import { RunHistory } from './history.ts';
import { failuresOf, reportersOf, writesFile, type Terminal } from './reporters.ts';

const AFTER_LOSS = 'let the other run end, then resume this one with --resume';

/** What the books of a run are opened with. */
export interface BooksOrder {
  readonly report: ReportOptions;
  /** Undefined if nothing is to be printed. */
  readonly terminal: Terminal | undefined;
  /** Locked, with no unfinished run in it. */
  readonly folder: RunFolder;
  readonly journal: JournalOptions;
  /** Why the history cannot be read: the run is then not written into it. */
  readonly historyNotice: Undated | undefined;
  /** What to keep of the recordings of earlier runs. A merge leaves them alone. */
  readonly recordings?: KeepRecordings;
  /** Called with each event after the reporters. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Where a run is recorded. Dispose of it to close the journal and the history. */
export interface Books extends AsyncDisposable {
  readonly folder: RunFolder;
  readonly state: RunState;
  /** Writes an event into the journal first, then gives it to the state, the reporters and the caller. */
  readonly emit: Emit;
  /** Resolves when everything so far is in the journal and on the disk, or the journal has failed. */
  written(): Promise<void>;
  /** The earlier runs of the sites that did not pass, as events. */
  earlierRuns(): Undated[];
  /** Finishes the reports. The journal is on the disk before the first one. Returns what could not be written. */
  finish(): Promise<readonly ReportFailure[]>;
}

/**
 * The second phase, of a run and of a merge: clears the results folder and opens the journal, the state, the history
 * and the reporters. Throws a refusal if the journal cannot be made or a reporter is unknown.
 */
export async function openBooks(order: BooksOrder): Promise<Books> {
  const { folder, historyNotice, onEvent } = order;
  await using stack = new AsyncDisposableStack();
  if (order.recordings !== undefined) await keepRecordings(folder, order.recordings);
  await folder.clear();
  const state = new RunState();
  const journal = Journal.open(folder.journalPath, order.journal);
  stack.defer(() => journal.close());
  const history =
    historyNotice === undefined ? stack.use(new RunHistory(join(folder.path, HISTORY), state)) : undefined;
  folder.onLost((why) => journal.fail(new GridrunError('journal.write', why, { hint: AFTER_LOSS })));
  const reporters = reportersOf(order.report, order.terminal, { state, folder, journal, history });
  const opened = stack.move();
  return {
    folder,
    state,
    emit(event) {
      const dated = journal.append(event);
      reporters.onEvent(dated);
      onEvent?.(dated);
    },
    written: () => journal.flush(),
    earlierRuns: () => history?.earlierRuns() ?? [],
    async finish() {
      await journal.flush();
      // Another run writes its reports there.
      if (folder.lost !== undefined) reporters.drop(writesFile, new Error('the results folder was taken over'));
      await reporters.finish();
      return failuresOf(reporters, journal);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
