import type { Due } from './due.ts';
import type { Fit } from './session-fit.ts';
import type { Waiting } from './waiting.ts';

/** A site that waits to be tried again. */
interface Repeat extends Due {
  readonly waiting: Waiting;
  /** The ids of the new sessions that it did not take because of their node. */
  readonly refused: Set<string>;
}

/** A grid that gives so many new sessions on the wrong node has no better one. */
const MAX_REFUSED = 10;

/** The session that takes a site. */
export interface Taker {
  readonly sessionId: string;
  readonly isNew: boolean;
  readonly fit: (waiting: Waiting) => Fit;
}

/** The sites to try again, the first one due first. Of those due together, the one that may need most loads comes first. */
export class Repeats {
  readonly #repeats: Repeat[] = [];
  readonly #pauses = new Map<Waiting, NodeJS.Timeout>();
  readonly #rested: () => void;

  /** @param rested called when a site has rested long enough, so that it may start */
  constructor(rested: () => void) {
    this.#rested = rested;
  }

  get count(): number {
    return this.#repeats.length;
  }

  add(waiting: Waiting, due: Due): void {
    const repeat = { waiting, ...due, refused: new Set<string>() };
    const at = this.#repeats.findIndex((other) => comesBefore(repeat, other));
    this.#repeats.splice(at < 0 ? this.#repeats.length : at, 0, repeat);
    if (waiting.pauseMs === undefined || waiting.pauseMs === 0) return;
    const rested = (): void => {
      this.#pauses.delete(waiting);
      this.#rested();
    };
    this.#pauses.set(waiting, setTimeout(rested, waiting.pauseMs));
  }

  /** Must the site rest (`--control-wait`)? */
  isResting(waiting: Waiting): boolean {
    return this.#pauses.has(waiting);
  }

  /** The sites of which `when` has come, in order. */
  *inLine(when: keyof Due, firstCount: number): Generator<Waiting, void, void> {
    for (const repeat of this.#repeats) if (firstCount <= repeat[when]) yield repeat.waiting;
  }

  /** Takes the first site of which `when` has come and which fits the session. */
  take(when: keyof Due, firstCount: number, { sessionId, isNew, fit }: Taker): Waiting | undefined {
    const at = this.#repeats.findIndex((repeat) => {
      if (firstCount > repeat[when]) return false;
      const fits = fit(repeat.waiting);
      if (fits === 'other-node' && isNew) repeat.refused.add(sessionId);
      return fits === 'fits' || (fits === 'other-node' && repeat.refused.size > MAX_REFUSED);
    });
    return at < 0 ? undefined : this.#repeats.splice(at, 1)[0]?.waiting;
  }

  /** Removes and returns all. */
  drain(): Waiting[] {
    for (const timer of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
    return this.#repeats.splice(0).map(({ waiting }) => waiting);
  }
}

function comesBefore(one: Repeat, other: Repeat): boolean {
  if (one.dueAt !== other.dueAt) return one.dueAt > other.dueAt;
  return (one.waiting.compared?.maxLoads ?? 0) > (other.waiting.compared?.maxLoads ?? 0);
}
