import type { Arm, Attempt } from './attempt.ts';
import type { CheckPlan } from './check.ts';
import type { ExtensionLoaded, Notice, RunEnded, RunEvent, RunStarted, RunStopping, SessionOpened } from './event.ts';
import { countedVerdict } from './gate.ts';
import type { Site } from './site.ts';
import { judge } from './judge.ts';
import { NO_COUNTS, type CheckExcuse, type SiteVerdict, type Verdict } from './verdict.ts';

/** A planned site, as far as the events so far tell. */
export interface SiteState {
  readonly site: Site;
  readonly verdict: SiteVerdict;
  /** No event has judged it: the verdict is what its attempts so far come to. */
  readonly open: boolean;
  /** The session of its last attempt. */
  readonly session?: SessionState;
  /** ms since the epoch; of its first attempt. */
  readonly startedAt?: number;
  /** What the next run may plan by: the duration of its last attempt that did not fault, in ms. */
  readonly expectedMs?: number;
  /** Its checks that do not gate although they are not as they should be. */
  readonly excused?: readonly CheckExcuse[];
}

export interface SessionState {
  readonly opened: Omit<SessionOpened, 'type' | 'at'>;
  /** How many sites it took and why it ended; none while it is open. */
  readonly siteCount?: number;
  readonly reason?: string;
}

interface Entry {
  readonly site: Site;
  /** Dropped once judged: the verdict holds all that reports need, and a long run must fit into memory. */
  attempts: Attempt[];
  verdict?: SiteVerdict;
  sessionId?: string;
  startedAt?: number;
  expectedMs?: number;
  excused?: readonly CheckExcuse[];
}

/** The fold over a journal's events from which every report is made: the same events always come to the same state. */
export class RunState {
  started: RunStarted | undefined;
  ended: RunEnded | undefined;
  /** When the newest event happened, in ms since the epoch. */
  lastAt = 0;
  readonly stops: RunStopping[] = [];
  readonly notices: Notice[] = [];
  /** The builds that were proved to be loaded, by arm. */
  readonly extensions = new Map<Arm, ExtensionLoaded>();
  readonly #entries = new Map<string, Entry>();
  readonly #sessions = new Map<string, SessionState>();
  readonly #titles = new Map<string, string>();
  readonly #judged: Record<Verdict, number> = { ...NO_COUNTS };
  readonly #excused = new Set<string>();
  #judgedCount = 0;

  /** Takes the next event. One of a site that was never planned is passed over: it can't have a place in any report. */
  apply(event: RunEvent): void {
    this.lastAt = event.at;
    switch (event.type) {
      case 'run-started':
        this.started = event;
        for (const check of event.checks) this.#titles.set(check.title, check.title);
        break;
      case 'sites-planned':
        for (const site of event.sites) this.#entries.set(site.id, { site, attempts: [] });
        break;
      case 'session-opened':
        this.#open(event);
        break;
      case 'session-closed':
        this.#close(event.sessionId, event.siteCount, event.reason);
        break;
      case 'attempt-ended':
        this.#attempted(event.attempt);
        break;
      case 'site-judged':
        this.#judge(event.verdict);
        break;
      case 'site-excused':
        this.#excuse(event.siteId, event.checks);
        break;
      case 'extension-loaded':
        this.extensions.set(event.arm, event);
        break;
      case 'notice':
        this.notices.push(event);
        break;
      case 'run-stopping':
        this.stops.push(event);
        break;
      case 'run-ended':
        this.ended = event;
        break;
      default:
    }
  }

  get plannedCount(): number {
    return this.#entries.size;
  }

  get judgedCount(): number {
    return this.#judgedCount;
  }

  /** The suite's checks, in order. */
  get checks(): readonly CheckPlan[] {
    return this.started?.checks ?? [];
  }

  /** How long the run took, or has taken up to the newest event, in ms. */
  get durationMs(): number {
    return this.ended?.durationMs ?? Math.max(0, this.lastAt - (this.started?.at ?? this.lastAt));
  }

  /** Stopped by a person before anything else stopped it, or cut off: `--resume` goes on with it. */
  get interrupted(): boolean {
    return this.ended === undefined || this.ended.stopped === 'interrupted';
  }

  /** How many sites have been judged so far, by verdict. */
  judgedCounts(): Readonly<Record<Verdict, number>> {
    return this.#judged;
  }

  /** How many sites have each verdict; a site that no event judged has the verdict that its attempts come to. */
  counts(): Record<Verdict, number> {
    const counts = { ...this.#judged };
    if (this.#judgedCount < this.#entries.size) {
      for (const entry of this.#entries.values()) {
        if (entry.verdict === undefined) counts[this.#verdictOf(entry).verdict]++;
      }
    }
    return counts;
  }

  /** The same without what is excused: a site all of whose failures are known counts as passed. */
  countedCounts(): Record<Verdict, number> {
    const counts = this.counts();
    for (const id of this.#excused) {
      const { verdict, excused } = this.#stateOf(this.#entries.get(id) as Entry);
      counts[verdict.verdict]--;
      counts[countedVerdict(verdict, excused ?? [])]++;
    }
    return counts;
  }

  /** Every planned site with its one verdict, in the order of the list. */
  *sites(): Generator<SiteState> {
    for (const entry of this.#entries.values()) yield this.#stateOf(entry);
  }

  /** One planned site. */
  site(id: string): SiteState | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : this.#stateOf(entry);
  }

  /** Every session that was opened, in order. */
  sessions(): IterableIterator<SessionState> {
    return this.#sessions.values();
  }

  #stateOf(entry: Entry): SiteState {
    const session = entry.sessionId === undefined ? undefined : this.#sessions.get(entry.sessionId);
    return {
      site: entry.site,
      verdict: this.#verdictOf(entry),
      open: entry.verdict === undefined,
      ...(session === undefined ? {} : { session }),
      ...(entry.startedAt === undefined ? {} : { startedAt: entry.startedAt }),
      ...(entry.expectedMs === undefined ? {} : { expectedMs: entry.expectedMs }),
      ...(entry.excused === undefined ? {} : { excused: entry.excused }),
    };
  }

  #verdictOf(entry: Entry): SiteVerdict {
    if (entry.verdict !== undefined) return entry.verdict;
    const { skip, id } = entry.site;
    const [stop] = this.stops;
    return judge({
      siteId: id,
      planned: this.checks.map((check) => check.title),
      attempts: entry.attempts,
      ...(skip === undefined ? {} : { skip }),
      notRun: {
        text: stop?.text ?? (this.ended === undefined ? 'the run was cut off' : 'the run ended before it'),
        stoppedBy: stop?.reason,
      },
    });
  }

  #open(event: SessionOpened): void {
    const { type: _type, at: _at, ...opened } = event;
    this.#sessions.set(event.sessionId, { opened });
  }

  #close(sessionId: string, siteCount: number, reason: string): void {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) this.#sessions.set(sessionId, { ...session, siteCount, reason });
  }

  #attempted(attempt: Attempt): void {
    const entry = this.#entries.get(attempt.siteId);
    if (entry === undefined) return;
    if (attempt.sessionId !== undefined) entry.sessionId = attempt.sessionId;
    entry.startedAt ??= attempt.startedAt;
    if (attempt.ending !== 'faulted' && attempt.ending !== 'interrupted') entry.expectedMs = attempt.durationMs;
    // An amended attempt takes the place of the one it amends.
    entry.attempts = [...entry.attempts.filter((known) => known.attempt !== attempt.attempt), attempt];
  }

  #excuse(siteId: string, checks: readonly CheckExcuse[]): void {
    const entry = this.#entries.get(siteId);
    if (entry === undefined) return;
    entry.excused = checks;
    this.#excused.add(siteId);
  }

  #judge(verdict: SiteVerdict): void {
    const entry = this.#entries.get(verdict.siteId);
    if (entry === undefined) return;
    if (entry.verdict === undefined) this.#judgedCount++;
    else this.#judged[entry.verdict.verdict]--;
    this.#judged[verdict.verdict]++;
    entry.verdict = this.#compact(verdict);
    entry.attempts = [];
  }

  /** Events that crossed a process border bring a copy of each title: the plan's own string takes its place. */
  #compact(verdict: SiteVerdict): SiteVerdict {
    const checks = verdict.checks.map((check) => ({ ...check, title: this.#titles.get(check.title) ?? check.title }));
    return { ...verdict, checks };
  }
}
