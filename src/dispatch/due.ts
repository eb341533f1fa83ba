import { sitesBetween } from './spread.ts';
import type { Waiting } from './waiting.ts';

/** When a site is tried again. Each is a number of sites that wait for their first load: then, or when fewer wait. */
export interface Due {
  /** It may start at any time if no first load can. */
  readonly anyAt: number;
  /** A session with nothing else to do may take it. */
  readonly earlyAt: number;
  /** It comes before the first loads. */
  readonly dueAt: number;
  /** A session may be closed so that a new one can take it: mostly one closes by itself before. */
  readonly lateAt: number;
  /** Each moment that it waits lengthens the run: it gets a session of its own. */
  readonly urgentAt: number;
}

/** What the sites that wait for their first load are like. */
export interface FirstLoads {
  /** How many wait. */
  readonly count: number;
  /** How many there were. */
  readonly total: number;
  /** How many run at once. */
  readonly sessions: number;
}

/** The second load of a site that both arms try waits so long for a session of its arm, in loads of each session. */
const ROUNDS_TO_WAIT = 2;

/** About how long a session takes from one load to the next: it is cleaned, or another one opens. */
const BETWEEN_MS = 250;
/** The first failures of a run say little about how often its sites fail. */
const FEW_LOADS = 50;

/** Decides when sites are tried again, by what the run has shown so far. */
export class DueTimes {
  #endedCount = 0;
  #endedMs = 0;
  /** The ids of the sites that are compared. */
  readonly #compared = new Set<string>();

  /** An attempt took so long. */
  ended(durationMs: number): void {
    this.#endedCount += 1;
    this.#endedMs += durationMs;
  }

  of({ site, fresh, compared }: Waiting, { count, total, sessions }: FirstLoads): Due {
    // A retry takes the session that opens in place of its last one. Nothing must close for it.
    if (compared === undefined) return dueAt(count, 0, fresh ? count : ROUNDS_TO_WAIT * sessions);
    this.#compared.add(site.id);
    const failRate = this.#compared.size / (FEW_LOADS + total - count);
    const weight = (compared.loadMs + BETWEEN_MS) / (this.#endedMs / Math.max(1, this.#endedCount) + BETWEEN_MS);
    const between = sitesBetween({ ...compared, waitingCount: count, sessions, weight, failRate });
    const due = dueAt(count, between, sessions);
    return between === 0 ? { ...due, urgentAt: count } : due;
  }
}

/** Due after `between` first loads, and late after `patience` more. */
function dueAt(count: number, between: number, patience: number): Due {
  const due = Math.max(0, count - between);
  const earlyAt = Math.max(due, count - Math.floor(between / 2));
  return { anyAt: Number.POSITIVE_INFINITY, earlyAt, dueAt: due, lateAt: Math.max(0, due - patience), urgentAt: 0 };
}
