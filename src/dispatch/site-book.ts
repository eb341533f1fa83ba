import type { Attempt } from '../core/attempt.ts';
import type { Loads } from '../core/attribution/failure-rates.ts';
import { ListRates } from '../core/attribution/list-rates.ts';
import { ownLoadsByTitle } from '../core/attribution/own-loads.ts';
import { failureToReplay } from '../core/attribution/replays.ts';
import type { NotRun } from '../core/judge.ts';
import type { Fault } from '../core/fault.ts';
import type { AttemptOrder, AttemptOutcome, Emit, LateError } from '../core/ports.ts';
import type { Site } from '../core/site.ts';
import type { SiteVerdict } from '../core/verdict.ts';
import type { DispatchSettings } from './dispatch-plan.ts';
import { controlOf } from './first-arm.ts';
import { Incidents } from './incidents.ts';
import { cutNotice, loadsOfRun, RunBudget } from './run-budget.ts';
import { SiteProgress } from './site-progress.ts';

/** What the book needs to judge and report. */
export interface BookOptions {
  /** The titles of the checks, in the order of the suite. */
  readonly checks: readonly string[];
  readonly settings: Pick<
    DispatchSettings,
    'run' | 'retries' | 'infraRetries' | 'control' | 'controlSample' | 'controlBudget' | 'controlRunBudget'
  >;
  /** What earlier runs say of each check of a site, by title. */
  readonly earlier: (siteId: string) => ReadonlyMap<string, Loads> | undefined;
  /** Is the grid or the network down, or is that being found out? */
  readonly hasIncident: () => boolean;
  readonly emit: Emit;
  /** Whether a failed site counts for `maxFailures`: a known failure may not. */
  readonly counts: (verdict: SiteVerdict) => boolean;
  /** Called after each failed site that counts, with the number of them so far. */
  readonly onFailed: (count: number) => void;
}

/** How an attempt ended. */
interface Ended {
  readonly outcome: AttemptOutcome;
  /** ms since 1970. */
  readonly startedAt: number;
}

/** A failure of a site with the build under test, and the attempt whose network traffic was recorded. */
export interface RecordedFailure {
  readonly site: Site;
  readonly attempt: Attempt;
  readonly verdict: SiteVerdict;
}

/** The journal's number for an attempt that had no slot. */
const NO_SLOT = -1;

/** The attempts of every site of a plan, and its verdict as soon as there is one. Reports both. */
export class SiteBook {
  readonly #options: BookOptions;
  readonly #progress = new Map<string, SiteProgress>();
  readonly #listRates = new ListRates();
  readonly #incidents = new Incidents();
  readonly #runBudget: RunBudget;
  #failedCount = 0;

  constructor(sites: readonly Site[], options: BookOptions) {
    const { controlRunBudget, controlBudget } = options.settings;
    this.#options = options;
    this.#runBudget = new RunBudget(loadsOfRun(sites.length, controlRunBudget, controlBudget));
    for (const site of sites) this.#progress.set(site.id, this.#newProgress(site));
  }

  #newProgress(site: Site): SiteProgress {
    const { checks, settings, earlier } = this.#options;
    return new SiteProgress(site, checks, {
      budget: { checkRetries: settings.retries, infraRetries: settings.infraRetries },
      arms: { control: controlOf(settings, site), budget: settings.controlBudget, once: site.once === true },
      knowledge: () => ({ earlier: earlier(site.id), list: this.#listRates.prior }),
      atMost: (attempts) => this.#incidents.atMost(attempts),
      mayLoad: (opensPair) => this.#runBudget.take(site.id, opensPair),
    });
  }

  /** Throws a `RangeError` if the plan has no such site: a bug. */
  of(siteId: string): SiteProgress {
    const progress = this.#progress.get(siteId);
    if (progress === undefined) throw new RangeError(`no such site in the plan: ${siteId}`);
    return progress;
  }

  /** Judges the sites that the list marks with `skip`. */
  concludeSkipped(): void {
    for (const progress of this.#progress.values()) if (progress.site.skip !== undefined) this.conclude(progress);
  }

  /** Judges every site that has no verdict yet. `notRun` says why it did not run. */
  concludeRest(notRun: NotRun | undefined): void {
    for (const progress of this.#progress.values()) if (progress.verdict === undefined) this.conclude(progress, notRun);
    const { refusedCount } = this.#runBudget;
    if (refusedCount > 0) this.#options.emit(cutNotice(refusedCount, this.#options.settings.controlRunBudget));
  }

  /** Judges a site after the run was stopped. If it was to be tried again, its verdict says so: a resumed run does it. */
  concludeStopped(progress: SiteProgress, notRun: NotRun): void {
    this.conclude(progress, progress.next() === 'judge' ? undefined : notRun);
  }

  conclude(progress: SiteProgress, notRun?: NotRun): void {
    progress.verdict = progress.judge(notRun);
    this.#runBudget.end(progress.site.id);
    this.#options.emit({ type: 'site-judged', verdict: progress.verdict });
    this.#countFailure(progress.verdict);
  }

  /** Adds an attempt that ended now: what was ordered, what came of it, and when it started. */
  record(progress: SiteProgress, order: AttemptOrder, { outcome, startedAt }: Ended): void {
    this.#add(progress, order.slot, {
      siteId: order.site.id,
      attempt: order.attempt,
      arm: order.arm,
      ending: outcome.ending,
      sessionId: order.session.sessionId,
      node: order.session.node,
      startedAt,
      durationMs: Date.now() - startedAt,
      ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
      ...(outcome.suiteMs === undefined || this.#options.settings.control === 'never'
        ? {}
        : { suiteMs: outcome.suiteMs }),
      ...(outcome.extensionErrors === undefined ? {} : { extensionErrors: outcome.extensionErrors }),
      ...(outcome.sentPage === undefined ? {} : { sentPage: outcome.sentPage }),
      ...(outcome.replay === undefined ? {} : { replay: outcome.replay }),
      ...(outcome.recording === undefined ? {} : { recording: outcome.recording }),
      checks: outcome.checks,
    });
  }

  /** Blames `fault` and not the site for an attempt. The site has no verdict yet. */
  excuse(progress: SiteProgress, number: number, fault: Fault): void {
    const attempt = progress.excuse(number, fault);
    if (attempt === undefined) return;
    this.#options.emit({ type: 'attempt-ended', amended: true, slot: progress.slot ?? NO_SLOT, attempt });
  }

  /** The sites that failed with the build, and whose failure was recorded, with the attempt to replay. */
  recordedFailures(): RecordedFailure[] {
    return [...this.#progress.values()].flatMap(({ site, attempts, verdict }) => {
      const attempt = failureToReplay(attempts);
      return attempt === undefined || verdict === undefined ? [] : { site, attempt, verdict };
    });
  }

  /** Judges a site again, with loads of its recording. */
  weigh(siteId: string, replays: readonly Attempt[]): void {
    const progress = this.of(siteId);
    progress.addReplays(replays);
    if (progress.verdict !== undefined) this.#judgeAgain(progress, progress.verdict);
  }

  /** Adds a late error to its attempt, and judges the site again. Returns the site, if the plan has it. */
  amend(late: LateError): SiteProgress | undefined {
    const progress = this.#progress.get(late.siteId);
    const attempt = progress?.amend(late);
    if (progress === undefined || attempt === undefined) return progress;
    // The verdict comes first: a journal that ends between the two must not say that the site passed.
    if (progress.verdict !== undefined) this.#judgeAgain(progress, progress.verdict);
    this.#options.emit({ type: 'attempt-ended', amended: true, slot: progress.slot ?? NO_SLOT, attempt });
    return progress;
  }

  #add(progress: SiteProgress, slot: number, attempt: Attempt): void {
    const before = progress.attempts;
    const whole = progress.add(attempt);
    if (this.#options.settings.control !== 'never') {
      this.#learn(before, progress.attempts);
      this.#incidents.ended(progress.attempts, this.#options.hasIncident());
    }
    this.#options.emit({ type: 'attempt-ended', slot, attempt: whole });
  }

  /** Learns how often checks of this list fail by themselves. */
  #learn(before: readonly Attempt[], now: readonly Attempt[]): void {
    const { checks } = this.#options;
    const known = ownLoadsByTitle(checks, before);
    for (const [title, loads] of ownLoadsByTitle(checks, now)) this.#listRates.update(known.get(title), loads);
  }

  #judgeAgain(progress: SiteProgress, before: SiteVerdict): void {
    progress.verdict = progress.judge();
    this.#options.emit({ type: 'site-judged', amended: true, verdict: progress.verdict });
    if (before.verdict !== 'failed') this.#countFailure(progress.verdict);
  }

  #countFailure(verdict: SiteVerdict): void {
    if (verdict.verdict !== 'failed' || !this.#options.counts(verdict)) return;
    this.#failedCount += 1;
    this.#options.onFailed(this.#failedCount);
  }
}
