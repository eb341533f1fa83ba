import type { Waiting } from './work-queue.ts';

/** A site that waits to be tried again. */
interface Repeat {
  readonly waiting: Waiting;
  /** It is due if no more sites than this wait for their first load. */
  readonly dueAt: number;
  /** As `dueAt`: from then on, a session may be closed so that a new one can take it. */
  readonly summonAt: number;
  /** A session was closed for it, or is about to be. */
  hasSlot: boolean;
}

/** How a waiting site suits the session that asks. */
export type Fit = 'fits' | 'needs-session' | 'other-node' | 'no';

/** What `next` finds. */
export type FoundRepeat = { readonly waiting: Waiting } | 'needs-session' | undefined;

/** The sites to try again, each due at once or when fewer sites wait for their first load. */
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

  /**
   * Adds a site. It is due when no more than `dueAt` sites wait for their first load, and has a session closed for it if it
   * still waits at `summonAt`: mostly one closes by itself before.
   */
  add(waiting: Waiting, due: Pick<Repeat, 'dueAt' | 'summonAt' | 'hasSlot'>): void {
    this.#repeats.push({ waiting, ...due });
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

  /** The sites that are due, or that are not yet. */
  *inLine(isDue: boolean, firstCount: number): Generator<Waiting, void, void> {
    for (const { waiting, dueAt } of this.#repeats) if (firstCount <= dueAt === isDue) yield waiting;
  }

  /**
   * Takes the first site that is due and fits the session. `needs-session` if one is due for which a session must be
   * closed, because it takes only a new one. Each site asks for that once, and again if the new one is on a wrong node.
   */
  takeDue(firstCount: number, fit: (waiting: Waiting) => Fit): FoundRepeat {
    let lacking: Repeat | undefined;
    for (const [at, repeat] of this.#repeats.entries()) {
      if (firstCount > repeat.dueAt) continue;
      const fits = fit(repeat.waiting);
      if (fits === 'fits') return { waiting: this.#remove(at) };
      if (fits === 'other-node') repeat.hasSlot = false;
      if (fits === 'needs-session' && !repeat.hasSlot && firstCount <= repeat.summonAt) lacking ??= repeat;
    }
    if (lacking === undefined) return undefined;
    lacking.hasSlot = true;
    return 'needs-session';
  }

  /** Takes the first site that fits the session, due or not: nothing else can start. */
  takeAny(fit: (waiting: Waiting) => Fit): Waiting | undefined {
    const at = this.#repeats.findIndex(({ waiting }) => fit(waiting) === 'fits');
    return at < 0 ? undefined : this.#remove(at);
  }

  /** Removes and returns all. */
  drain(): Waiting[] {
    for (const timer of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
    return this.#repeats.splice(0).map(({ waiting }) => waiting);
  }

  #remove(at: number): Waiting {
    const [repeat] = this.#repeats.splice(at, 1);
    if (repeat === undefined) throw new RangeError(`nothing waits at ${at}`);
    return repeat.waiting;
  }
}
