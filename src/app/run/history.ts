import { historyGroups } from '../../core/attribution/history-groups.ts';
import type { Undated } from '../../core/event.ts';
import { GridrunError } from '../../core/fault.ts';
import type { Reporter } from '../../core/ports.ts';
import type { RunState } from '../../core/run-state.ts';
import { needsAttention } from '../../core/verdict.ts';
import { History } from '../../history/history.ts';
import type { ComparedWith, EarlierLoads } from '../../history/earlier-loads.ts';
import { rememberedDurations, rememberedLoads } from '../../history/remembered.ts';

/** How many earlier runs of a site the journal keeps. */
const REMEMBERED_RUNS = 10;
/** How many earlier runs the whole list is compared with. */
const COMPARED_RUNS = 30;

/** What the history says before a run starts. */
export interface HistoryBefore {
  /** What each site is expected to take, in ms. */
  readonly durations: ReadonlyMap<string, number>;
  /** How often each check failed by itself. Only read for a run with a control. */
  readonly earlier: EarlierLoads;
  /** Why the history cannot be read and how to rebuild it. A run starts without it, and does not write into it. */
  readonly notice?: Undated | undefined;
}

/**
 * Reads the history once, before a run. Never throws for a history that cannot be read.
 * @param comparedWith absent if the run compares nothing
 */
export function readHistory(path: string, comparedWith?: ComparedWith): HistoryBefore {
  try {
    return {
      durations: rememberedDurations(path),
      earlier: comparedWith === undefined ? new Map() : rememberedLoads(path, comparedWith),
    };
  } catch (error) {
    if (!(error instanceof GridrunError)) throw error;
    const text = `${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`;
    return {
      durations: new Map(),
      earlier: new Map(),
      notice: { type: 'notice', level: 'warning', code: error.code, text },
    };
  }
}

/** Asks the history at the end of a run, and then writes the run into it. Opens it once for both, and not earlier. */
export class RunHistory implements Reporter, Disposable {
  readonly #path: string;
  readonly #state: RunState;
  #history: History | undefined;

  constructor(path: string, state: RunState) {
    this.#path = path;
    this.#state = state;
  }

  /**
   * The earlier runs of the sites that did not pass, and with a control what earlier runs say of the whole list. None if the
   * history cannot be read: `finish` then throws why.
   */
  earlierRuns(): Undated[] {
    try {
      return [...this.#remembered(), ...this.#compared()];
    } catch (error) {
      if (error instanceof GridrunError) return [];
      throw error;
    }
  }

  #remembered(): Undated[] {
    const siteIds = [...this.#state.sites()]
      .filter(({ verdict }) => needsAttention(verdict.verdict))
      .map(({ site }) => site.id);
    if (siteIds.length === 0) return [];
    const recent = this.#open().recent(siteIds, REMEMBERED_RUNS);
    return [...recent].map(([siteId, runs]) => ({ type: 'site-remembered', siteId, runs }));
  }

  #compared(): Undated[] {
    const { started } = this.#state;
    if (started === undefined || (started.control ?? 'never') === 'never') return [];
    const earlier = this.#open().nights({
      titles: this.#tried(),
      without: started.resumes ?? '',
      lastRuns: COMPARED_RUNS,
    });
    const groups = historyGroups(
      [...this.#state.sites()].map(({ verdict }) => verdict),
      earlier,
    );
    return groups.length === 0 ? [] : [{ type: 'history-compared', groups }];
  }

  /** The checks that this run tried on any site. A check that is skipped everywhere fails in no run. */
  #tried(): string[] {
    const titles = new Set<string>();
    for (const { verdict } of this.#state.sites())
      for (const { title, status } of verdict.checks)
        if (status !== 'skipped' && status !== 'not-run') titles.add(title);
    return [...titles];
  }

  /** Throws what the history throws. */
  async finish(): Promise<void> {
    try {
      this.#open().feed(this.#state);
    } finally {
      this[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    this.#history?.[Symbol.dispose]();
    this.#history = undefined;
  }

  #open(): History {
    return (this.#history ??= History.open(this.#path));
  }
}
