import type { AttemptEnding } from './attempt.ts';
import type { AttemptEnded, RunEvent } from './event.ts';
import type { SessionOpened } from './session-event.ts';

/** A session, from the moment that it was requested. Times are in ms since the run's start. */
export interface TimelineSession {
  readonly sessionId: string;
  readonly slot: number;
  readonly node: string;
  readonly askedAt: number;
  readonly openedAt: number;
  /** The newest event's time if the session was never closed. */
  closedAt: number;
  reason: string;
  siteCount: number;
}

/** A slot that was idle although sites waited. Times are in ms since the run's start. */
export interface TimelineWait {
  readonly slot: number;
  readonly from: number;
  until: number;
  readonly why: string;
}

/** The number of a grid's nodes from `at` on. */
export interface TimelineNodes {
  readonly at: number;
  readonly nodes: number;
  readonly reason: string;
}

/** One bar per attempt, stored in columns because a long run has many. Times are in ms since the run's start. */
export interface TimelineAttempts {
  /** The site's place in the plan. */
  readonly site: number[];
  readonly attempt: number[];
  readonly slot: number[];
  readonly from: number[];
  readonly durationMs: number[];
  /** The index of its ending in `ENDINGS`. */
  readonly ending: number[];
}

/** Work units in columns. Times are in ms since the run's start. */
export interface TimelineUnits {
  readonly unit: number[];
  readonly slot: number[];
  readonly from: number[];
  readonly until: number[];
  readonly siteCount: number[];
}

export const ENDINGS: readonly AttemptEnding[] = ['completed', 'timed-out', 'faulted', 'interrupted'];

/** What happened when, and in which slot, folded from the events of a journal. */
export class Timeline {
  readonly attempts: TimelineAttempts = { site: [], attempt: [], slot: [], from: [], durationMs: [], ending: [] };
  readonly units: TimelineUnits = { unit: [], slot: [], from: [], until: [], siteCount: [] };
  readonly waits: TimelineWait[] = [];
  readonly nodes: TimelineNodes[] = [];
  readonly #sessions = new Map<string, TimelineSession>();
  readonly #used = new Set<string>();
  readonly #siteIndex = new Map<string, number>();
  readonly #openWaits = new Map<number, TimelineWait>();
  readonly #openUnits = new Map<number, number>();
  #startedAt = 0;
  #lastAt = 0;
  #resumed = false;

  apply(event: RunEvent): void {
    const at = Math.max(0, Math.round(event.at - this.#startedAt));
    this.#lastAt = at;
    switch (event.type) {
      case 'run-started':
        this.#startedAt = event.at;
        this.#lastAt = 0;
        this.#resumed = event.resumes !== undefined;
        break;
      case 'sites-planned':
        for (const site of event.sites) this.#siteIndex.set(site.id, this.#siteIndex.size);
        break;
      case 'session-opened':
        this.#open(event, at);
        break;
      case 'session-closed':
        this.#close(event.sessionId, at, event.reason, event.siteCount);
        this.#endWait(event.slot, at);
        break;
      case 'unit-started':
        this.#endWait(event.slot, at);
        this.#startUnit(event.unit, event.slot, at, event.siteIds.length);
        break;
      case 'attempt-started':
        this.#endWait(event.slot, at);
        break;
      case 'attempt-ended':
        this.#attempted(event, at);
        break;
      case 'slot-idle':
        this.#endWait(event.slot, at);
        this.#startWait(event.slot, at, event.why);
        break;
      case 'grid-scaled':
        this.nodes.push({ at, nodes: event.nodes, reason: event.reason });
        break;
      case 'run-ended':
        for (const slot of this.#openWaits.keys()) this.#endWait(slot, at);
        break;
      default:
    }
  }

  /** The time of the newest event, in ms since the run's start. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** The sessions of this run, in the order in which they opened. Sessions of the run that it resumes are left out. */
  sessions(): TimelineSession[] {
    const own = [...this.#sessions.values()].filter(({ sessionId }) => !this.#resumed || this.#used.has(sessionId));
    return own.map((session) => (session.closedAt < 0 ? { ...session, closedAt: this.#lastAt } : session));
  }

  /** Every wait. One that has not ended yet ends with the newest event. */
  allWaits(): TimelineWait[] {
    return this.waits.map((wait) => (wait.until < 0 ? { ...wait, until: this.#lastAt } : wait));
  }

  #open({ sessionId, slot, node, durationMs }: SessionOpened, at: number): void {
    const askedAt = Math.max(0, Math.round(at - durationMs));
    this.#sessions.set(sessionId, {
      sessionId,
      slot,
      node,
      askedAt,
      openedAt: at,
      closedAt: -1,
      reason: '',
      siteCount: 0,
    });
  }

  #close(sessionId: string, at: number, reason: string, siteCount: number): void {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) Object.assign(session, { closedAt: at, reason, siteCount });
  }

  #startUnit(unit: number, slot: number, at: number, siteCount: number): void {
    const { units } = this;
    this.#openUnits.set(slot, units.unit.length);
    units.unit.push(unit);
    units.slot.push(slot);
    units.from.push(at);
    units.until.push(at);
    units.siteCount.push(siteCount);
  }

  #attempted({ attempt, slot, amended }: AttemptEnded, at: number): void {
    const site = this.#siteIndex.get(attempt.siteId);
    // Attempts of an earlier run have no place in this timeline, and attempts without a session have no slot.
    if (site === undefined || slot < 0 || attempt.startedAt < this.#startedAt) return;
    const { attempts } = this;
    const ending = ENDINGS.indexOf(attempt.ending);
    if (amended === true) {
      const known = attempts.site.findLastIndex(
        (index, bar) => index === site && attempts.attempt[bar] === attempt.attempt,
      );
      if (known >= 0) attempts.ending[known] = ending;
      return;
    }
    if (attempt.sessionId !== undefined) this.#used.add(attempt.sessionId);
    attempts.site.push(site);
    attempts.attempt.push(attempt.attempt);
    attempts.slot.push(slot);
    attempts.from.push(Math.round(attempt.startedAt - this.#startedAt));
    attempts.durationMs.push(Math.round(attempt.durationMs));
    attempts.ending.push(ending);
    const unit = this.#openUnits.get(slot);
    if (unit !== undefined) this.units.until[unit] = at;
  }

  #startWait(slot: number, at: number, why: string): void {
    const wait: TimelineWait = { slot, from: at, until: -1, why };
    this.#openWaits.set(slot, wait);
    this.waits.push(wait);
  }

  #endWait(slot: number, at: number): void {
    const wait = this.#openWaits.get(slot);
    if (wait === undefined) return;
    wait.until = at;
    this.#openWaits.delete(slot);
  }
}
