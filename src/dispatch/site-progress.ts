import type { Attempt, CheckResult } from '../core/attempt.ts';
import type { Knowledge } from '../core/attribution/evidence.ts';
import { hasFailed } from '../core/attribution/loads.ts';
import { nextArm, type ArmRules } from '../core/attribution/next-arm.ts';
import { opensPair } from '../core/attribution/pairs.ts';
import type { LateError } from '../core/ports.ts';
import type { Fault } from '../core/fault.ts';
import type { Site } from '../core/site.ts';
import { judge, judgeArm, type Findings, type NotRun } from '../core/judge.ts';
import type { SiteVerdict } from '../core/verdict.ts';
import { nextStep, type NextStep, type RetryBudget } from './retry.ts';

/** How a site is tried. */
export interface SiteRules {
  readonly budget: RetryBudget;
  readonly arms: ArmRules;
  /** What is known of the site now, besides its attempts. */
  readonly knowledge: () => Knowledge;
  /** Whether something besides the build may explain a difference between the arms. */
  readonly atMost: (attempts: readonly Attempt[]) => 'suspect' | undefined;
  /** Takes one load of a comparison from the budget of the run; false if none is left. `opensPair`: it is the first of a pair. */
  readonly mayLoad: (opensPair: boolean) => boolean;
}

/** One site's attempts so far, what is left of its budgets, and its verdict. */
export class SiteProgress {
  readonly site: Site;
  readonly #planned: readonly string[];
  #attempts: readonly Attempt[] = [];
  #left: RetryBudget;
  readonly #rules: SiteRules;
  /** The budget of the run ended its comparison. */
  #isCut = false;
  #replays: readonly Attempt[] = [];
  /** Late errors of an attempt that is not added yet: the worker's message of its end is still on its way. */
  #early: readonly LateError[] = [];
  verdict: SiteVerdict | undefined;
  /** The slot of its last attempt; undefined before the first. */
  slot: number | undefined;

  constructor(site: Site, planned: readonly string[], rules: SiteRules) {
    this.site = site;
    this.#planned = planned;
    this.#left = rules.budget;
    this.#rules = rules;
  }

  /** All attempts so far, in order. */
  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  /** The last attempt; undefined before the first. */
  get last(): Attempt | undefined {
    return this.#attempts.at(-1);
  }

  get nextAttempt(): number {
    return this.#attempts.length + 1;
  }

  /** Do both arms try it, whatever happens in the first? */
  get isSampled(): boolean {
    return this.#rules.arms.control === 'always';
  }

  /** Is the next attempt compared with one of the other arm? */
  get isCompared(): boolean {
    const { control } = this.#rules.arms;
    return control !== 'never' && this.#attempts.some((attempt) => attempt.arm === 'subject' && hasFailed(attempt));
  }

  /** The nodes on which its attempts faulted. */
  get faultedNodes(): string[] {
    return this.#attempts.flatMap((attempt) => (attempt.ending === 'faulted' ? (attempt.node ?? []) : []));
  }

  /** Adds an attempt that ended. Returns it with the errors of it that came before it was added. */
  add(attempt: Attempt): Attempt {
    const isOwn = (late: LateError): boolean => late.attempt === attempt.attempt;
    const whole = this.#early.filter(isOwn).reduce(withLate, attempt);
    this.#early = this.#early.filter((late) => !isOwn(late));
    this.#attempts = [...this.#attempts, whole];
    return whole;
  }

  /** Adds loads of the recording of one of its failures. They cost the site nothing. */
  addReplays(replays: readonly Attempt[]): void {
    this.#replays = replays;
  }

  /** Decides what follows the attempt that just ended, and takes its cost from the site's budgets. */
  next(): NextStep {
    const { arms, knowledge } = this.#rules;
    const step = nextStep({
      attempts: this.#attempts,
      subject: judgeArm(this.#findings(), 'subject').verdict,
      left: this.#left,
      once: this.site.once === true,
      nextArm: arms.control === 'never' ? undefined : () => nextArm(this.#planned, this.#attempts, knowledge(), arms),
    });
    if (step === 'judge') return step;
    if (step.purpose === 'arm' && this.isCompared && !this.#rules.mayLoad(opensPair(this.#attempts))) {
      this.#isCut = true;
      return 'judge';
    }
    this.#spend(step.purpose);
    return step;
  }

  judge(notRun?: NotRun): SiteVerdict {
    const findings = this.#findings(notRun);
    const isCompared = this.#replays.length > 0 || this.#attempts.some(({ arm }) => arm === 'control');
    if (!this.#isCut && !isCompared) return judge(findings);
    const { knowledge, atMost } = this.#rules;
    return judge({
      ...findings,
      replays: this.#replays,
      knowledge: knowledge(),
      atMost: atMost(this.#attempts),
      isSampled: this.isSampled,
      isCut: this.#isCut,
    });
  }

  #findings(notRun?: NotRun): Findings {
    return {
      siteId: this.site.id,
      planned: this.#planned,
      attempts: this.#attempts,
      ...(this.site.skip === undefined ? {} : { skip: this.site.skip }),
      ...(notRun === undefined ? {} : { notRun }),
    };
  }

  #spend(purpose: Exclude<NextStep, 'judge'>['purpose']): void {
    const { checkRetries, infraRetries } = this.#left;
    if (purpose === 'check-retry') this.#left = { checkRetries: checkRetries - 1, infraRetries };
    if (purpose === 'infra-retry') this.#left = { checkRetries, infraRetries: infraRetries - 1 };
  }

  /** Takes the results of an attempt away: `fault` kept the site from being tried. Returns the changed attempt. */
  excuse(number: number, fault: Fault): Attempt | undefined {
    const at = this.#attempts.findIndex(({ attempt }) => attempt === number);
    const attempt = this.#attempts[at];
    if (attempt === undefined) return undefined;
    const excused = { ...attempt, ending: 'faulted', fault, checks: [] } as const;
    this.#attempts = this.#attempts.with(at, excused);
    return excused;
  }

  /** Adds a late error to its attempt. Returns the amended attempt; undefined if that is still to be added. */
  amend(late: LateError): Attempt | undefined {
    const at = this.#attempts.findIndex((attempt) => attempt.attempt === late.attempt);
    const attempt = this.#attempts[at];
    if (attempt === undefined) {
      this.#early = [...this.#early, late];
      return undefined;
    }
    const amended = withLate(attempt, late);
    this.#attempts = this.#attempts.with(at, amended);
    return amended;
  }
}

function withLate(attempt: Attempt, late: LateError): Attempt {
  const blamed =
    attempt.checks.findLast((check) => late.check === '' || check.title === late.check)?.title ?? late.check;
  const fail = (check: CheckResult): CheckResult =>
    check.title === blamed && check.status !== 'errored'
      ? { ...check, status: 'failed', fault: check.fault ?? late.fault }
      : check;
  return { ...attempt, checks: attempt.checks.map(fail) };
}
