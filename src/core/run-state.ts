import type { HistoryGroup } from './attribution/list-test.ts';
import type { Arm, Attempt } from './attempt.ts';
import type { CheckPlan } from './check.ts';
import type { ExtensionLoaded, Notice, RunEnded, RunEvent, RunStarted, RunStopping } from './event.ts';
import type { SessionOpened } from './session-event.ts';
import type { CloseReason } from './close-reason.ts';
import { countedVerdict } from './gate.ts';
import type { Site } from './site.ts';
import { judge } from './judge.ts';
import { NO_COUNTS, type CheckExcuse, type SiteVerdict, type Verdict } from './verdict.ts';

/** A planned site, according to the events so far. */
export interface SiteState {
  readonly site: Site;
  readonly verdict: SiteVerdict;
  /** No event has judged it yet. Its verdict follows from its attempts so far. */
  readonly open: boolean;
  /** The session of its last attempt. */
  readonly session?: SessionState;
  /** Start of its first attempt, in ms since the epoch. */
  readonly startedAt?: number;
  /** The duration of its last attempt that did not fault, in ms. The next run plans by it. */
  readonly expectedMs?: number;
  /** Its checks that failed or were flaky, but do not fail the run. */
  readonly excused?: readonly CheckExcuse[];
}

export interface SessionState {
  readonly opened: Omit<SessionOpened, 'type' | 'at'>;
  /** The number of sites that it took; absent while it is open. */
  readonly siteCount?: number;
  /** Why it was closed; absent while it is open. */
  readonly reason?: CloseReason;
}

interface Entry {
  readonly site: Site;
  /** Emptied when the site is judged: the verdict has all that reports need, and a long run must fit into memory. */
  attempts: Attempt[];
  verdict?: SiteVerdict;
  sessionId?: string;
  startedAt?: number;
  expectedMs?: number;
  excused?: readonly CheckExcuse[];
}

/** The state of a run, folded from the events of its journal. Every report is made of it. The same events give the same state. */
export class RunState {
  started: RunStarted | undefined;
  ended: RunEnded | undefined;
  /** The time of the newest event, in ms since the epoch. */
  lastAt = 0;
  readonly stops: RunStopping[] = [];
  readonly notices: Notice[] = [];
  /** The builds that were loaded, by arm. */
  readonly extensions = new Map<Arm, ExtensionLoaded>();
  /** What earlier runs say of the list, if it was compared with them. */
  readonly historyGroups: HistoryGroup[] = [];
  readonly #entries = new Map<string, Entry>();
  readonly #sessions = new Map<string, SessionState>();
  readonly #titles = new Map<string, string>();
  readonly #judged: Record<Verdict, number> = { ...NO_COUNTS };
  readonly #excused = new Set<string>();
  #judgedCount = 0;

  /** Takes the next event. Ignores events of sites that were never planned: they have no place in any report. */
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
      case 'history-compared':
        this.historyGroups.push(...event.groups);
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

  /** The checks of the suite, in order. */
  get checks(): readonly CheckPlan[] {
    return this.started?.checks ?? [];
  }

  /** The duration of the run, or the time up to the newest event, in ms. */
  get durationMs(): number {
    return this.ended?.durationMs ?? Math.max(0, this.lastAt - (this.started?.at ?? this.lastAt));
  }

  /** A person stopped it before anything else did, or it was cut off. `--resume` continues it. */
  get interrupted(): boolean {
    return this.ended === undefined || this.ended.stopped === 'interrupted';
  }

  /** How many sites have been judged so far, by verdict. */
  judgedCounts(): Readonly<Record<Verdict, number>> {
    return this.#judged;
  }

  /** How many sites have each verdict. The verdict of a site that no event judged follows from its attempts. */
  counts(): Record<Verdict, number> {
    const counts = { ...this.#judged };
    if (this.#judgedCount < this.#entries.size) {
      for (const entry of this.#entries.values()) {
        if (entry.verdict === undefined) counts[this.#verdictOf(entry).verdict]++;
      }
    }
    return counts;
  }

  /** The same without excused checks: a site whose failures are all known counts as passed. */
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

  #close(sessionId: string, siteCount: number, reason: CloseReason): void {
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) this.#sessions.set(sessionId, { ...session, siteCount, reason });
  }

  #attempted(attempt: Attempt): void {
    const entry = this.#entries.get(attempt.siteId);
    if (entry === undefined) return;
    if (attempt.sessionId !== undefined) entry.sessionId = attempt.sessionId;
    entry.startedAt ??= attempt.startedAt;
    if (attempt.ending !== 'faulted' && attempt.ending !== 'interrupted') entry.expectedMs = attempt.durationMs;
    // An amended attempt replaces the one that it amends.
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

  /** Replaces each title by the plan's own string. Every event from a worker brings its own copies. */
  #compact(verdict: SiteVerdict): SiteVerdict {
    const checks = verdict.checks.map((check) => ({ ...check, title: this.#titles.get(check.title) ?? check.title }));
    return { ...verdict, checks };
  }
}
