import type { Undated } from '../../core/event.ts';
import { GridrunError } from '../../core/fault.ts';
import type { RunState } from '../../core/run-state.ts';
import { needsAttention } from '../../core/verdict.ts';
import { History } from '../../history/history.ts';
import type { NamedReporter } from '../../report/multiplexer.ts';

/** Of earlier runs the journal keeps so many beside a site. */
const REMEMBERED_RUNS = 10;

/** A run's part in the history of all runs. */
export interface RunHistory {
  /** What each site takes, in ms, to plan by. */
  readonly durations: ReadonlyMap<string, number>;
  /** How the sites that were not passed fared before; to be asked before the run is fed. */
  remembered(): Undated[];
  /** Feeds the run at its end; none where the history can't be read. */
  readonly reporter?: NamedReporter;
  /** Why it can't be read, and how to build it anew: no reason not to run. */
  readonly notice?: Undated;
}

/** Asks the history for durations, and gives a reporter that feeds the run when it has ended. Nothing stays open between the two. */
export function runHistory(path: string, state: RunState): RunHistory {
  try {
    using history = History.open(path);
    const reporter = { name: 'history', reporter: new HistoryReporter(path, state) };
    return { durations: history.durations(), remembered: () => remembered(path, state), reporter };
  } catch (error) {
    if (!(error instanceof GridrunError)) throw error;
    const text = `${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`;
    return {
      durations: new Map(),
      remembered: () => [],
      notice: { type: 'notice', level: 'warning', code: error.code, text },
    };
  }
}

/** None where the history can't be read any more: feeding it will tell why. */
function remembered(path: string, state: RunState): Undated[] {
  const siteIds = [...state.sites()]
    .filter(({ verdict }) => needsAttention(verdict.verdict))
    .map(({ site }) => site.id);
  if (siteIds.length === 0) return [];
  try {
    using history = History.open(path);
    return [...history.recent(siteIds, REMEMBERED_RUNS)].map(([siteId, runs]) => ({
      type: 'site-remembered',
      siteId,
      runs,
    }));
  } catch (error) {
    if (error instanceof GridrunError) return [];
    throw error;
  }
}

class HistoryReporter {
  readonly #path: string;
  readonly #state: RunState;

  constructor(path: string, state: RunState) {
    this.#path = path;
    this.#state = state;
  }

  /** Throws what the history throws: the multiplexer reports it. */
  async finish(): Promise<void> {
    using history = History.open(this.#path);
    history.feed(this.#state);
  }
}
