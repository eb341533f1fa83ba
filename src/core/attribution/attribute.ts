import type { Attempt } from '../attempt.ts';
import {
  isFailing,
  verdictOfCheck,
  worstOf,
  type ArmsOfSite,
  type CheckVerdict,
  type SiteVerdict,
} from '../verdict.ts';
import { probabilityOfCheck, wordForCheck, type AttributionWord } from './decide.ts';
import { isDown } from './down.ts';
import { evidenceOf, type Knowledge } from './evidence.ts';
import { NO_LOADS } from './failure-rates.ts';
import { cutCheck, hasFailed, lastFault, loadsByTitle, THE_ATTEMPT } from './loads.ts';
import { median } from '../median.ts';
import { firstPairOf, pairsOf } from './pairs.ts';
import { picturesOf } from './pictures.ts';
import { loadsThatCount, type LoadsThatCount } from './sent-pages.ts';

/** What `attribute` weighs. */
export interface Trial {
  readonly planned: readonly string[];
  /** Of both arms. */
  readonly attempts: readonly Attempt[];
  /** Loads of the recording of a failure: `replaysThatCount`. */
  readonly replays?: readonly Attempt[];
  readonly knowledge: Knowledge;
  /** What the attempts allow at most: see `wordForCheck`. */
  readonly atMost?: 'suspect' | undefined;
  /** Both arms try the site, whatever happens in the first. */
  readonly isSampled?: boolean | undefined;
  /** The budget of the run ended the comparison early. The answer is `suspect` at most. */
  readonly isCut?: boolean | undefined;
  /** The verdict of each arm by itself; undefined for an arm that has not tried the site. */
  readonly subject: SiteVerdict;
  readonly control: SiteVerdict | undefined;
}

/** The answer for one check that failed with the build. */
interface Answer {
  readonly word: AttributionWord;
  readonly probability: number;
}

/**
 * The verdict of a site that the control has tried too. `broken` and `suspect` are failed, cause extension. `not-build` is
 * failed, cause site, if no load in any arm passed, or else flaky. `undecided` is errored. A site has the answer of its check
 * for which the build is the likeliest.
 */
export function attribute(trial: Trial): SiteVerdict {
  const { subject, control } = trial;
  const { replays = [] } = trial;
  const live = loadsThatCount(trial.attempts);
  const counted = replays.length === 0 ? live : loadsThatCount([...trial.attempts, ...replays]);
  const { pairCount, voidCount } = live;
  const evidence = { ...trial, attempts: live.attempts };
  const answers = answersOf(trial, counted);
  const controls = new Map(control?.checks.map((check) => [check.title, check]));
  // An attempt that crashed has an answer too, also where its checks passed in the next one.
  const cutAt = cutCheck(trial.planned, evidence.attempts);
  const checks = subject.checks.map((check) => {
    const isOfAttempt = isFailing(check.status) || check.title === cutAt;
    const answer = likelier(answers.get(check.title), isOfAttempt ? answers.get(THE_ATTEMPT) : undefined);
    return answer === undefined
      ? check
      : answered(withFault(check, trial.attempts), controls.get(check.title), answer.word);
  });
  const worst = worstOf(checks) ?? subject.verdict;
  // What was broken before must not hide what the build broke.
  const decisive =
    checks.find(({ status, cause }) => isFailing(status) && cause === 'extension') ??
    checks.find((check) => verdictOfCheck(check) === worst);
  const verdict = decisive === undefined ? worst : verdictOfCheck(decisive);
  const { cause: _cause, code: _code, ...rest } = subject;
  return {
    ...rest,
    verdict,
    ...(decisive?.cause === undefined ? {} : { cause: decisive.cause }),
    ...(decisive?.cause === undefined || decisive.fault === undefined ? {} : { code: decisive.fault.code }),
    checks,
    ...(control === undefined ? {} : { control: control.verdict }),
    ...attributionOf(evidence, answers, trial.attempts),
    ...(voidCount === 0 ? {} : { otherPages: { pairs: voidCount, all: pairCount } }),
  };
}

function answersOf(trial: Trial, counted: LoadsThatCount): Map<string, Answer> {
  const { planned, knowledge } = trial;
  const down = isDown(planned, counted);
  const atMost = limitOf(trial);
  const failed = evidenceOf(planned, counted, knowledge).filter(({ loads }) => loads.subject.failed > 0);
  return new Map(
    failed.map((evidence) => {
      const probability = probabilityOfCheck(evidence, planned.length);
      return [evidence.title, { probability, word: down ? 'not-build' : wordForCheck(evidence, probability, atMost) }];
    }),
  );
}

/** What the attempts allow at most. Neither an incident nor an early end explains a difference on the same bytes. */
function limitOf({ replays = [], atMost, isCut = false }: Trial): Trial['atMost'] {
  if (replays.length > 0) return undefined;
  return isCut ? 'suspect' : atMost;
}

/** The answer for which the build is the likelier. */
function likelier(own: Answer | undefined, ofAttempt: Answer | undefined): Answer | undefined {
  if (own === undefined || ofAttempt === undefined) return own ?? ofAttempt;
  return likelierFirst(own, ofAttempt) <= 0 ? own : ofAttempt;
}

const CLEARED_LAST: Readonly<Record<AttributionWord, number>> = { broken: 0, suspect: 0, undecided: 0, 'not-build': 1 };

/** What is cleared comes last, whatever its probability. */
function likelierFirst(a: Answer, b: Answer): number {
  return CLEARED_LAST[a.word] - CLEARED_LAST[b.word] || b.probability - a.probability;
}

/** A check that passed in the end has no fault of an attempt that was cut. Its answer still rests on that. */
function withFault(check: CheckVerdict, attempts: readonly Attempt[]): CheckVerdict {
  const fault = check.fault ?? lastFault(check.title, attempts);
  return fault === undefined || check.fault === fault ? check : { ...check, fault, cause: fault.cause };
}

function answered(check: CheckVerdict, control: CheckVerdict | undefined, word: AttributionWord): CheckVerdict {
  const { cause = 'check' } = check;
  switch (word) {
    case 'broken':
    case 'suspect':
      return { ...check, status: 'failed', flaky: false, cause: 'extension' };
    case 'undecided':
      return { ...check, status: 'errored', flaky: false, cause };
    case 'not-build':
      if (check.status === 'passed' || control?.status === 'passed')
        return { ...check, status: 'passed', flaky: true, cause };
      return control?.status === 'errored'
        ? { ...check, status: 'errored', cause: control.cause ?? 'site' }
        : { ...check, status: 'failed', cause: 'site' };
  }
}

/** The site's answer, and what it rests on. `tried` are all attempts, and those of the trial are the ones that count. */
function attributionOf(
  { planned, attempts, replays = [], isSampled = false, isCut = false }: Trial,
  answers: ReadonlyMap<string, Answer>,
  tried: readonly Attempt[],
): Pick<SiteVerdict, 'attribution' | 'probability' | 'arms'> {
  const [title, answer] = [...answers].toSorted(([, a], [, b]) => likelierFirst(a, b))[0] ?? [THE_ATTEMPT];
  const loads = loadsByTitle(planned, attempts).get(title);
  const passMs = passDurations(attempts);
  const replayed = replays.length === 0 ? undefined : loadsByTitle(planned, replays).get(title);
  const pictures = answer === undefined ? undefined : picturesOf(title, attempts);
  return {
    ...(answer === undefined ? {} : { attribution: answer.word, probability: answer.probability }),
    arms: {
      check: title,
      subject: loads?.subject ?? NO_LOADS,
      control: loads?.control ?? NO_LOADS,
      pairs: isSampled ? firstPairOf(tried) : pairsOf(attempts, true),
      ...(isSampled ? { sampled: true } : {}),
      ...(isCut ? { cut: true } : {}),
      ...(replayed === undefined ? {} : { replayed }),
      ...(pictures === undefined ? {} : { pictures }),
      ...(passMs === undefined ? {} : { passMs }),
    },
  };
}

/**
 * How long the suite takes in attempts without a failure, in ms: the median of each arm. Undefined if an arm has none, or if
 * the arms run other checks: without an extension, those that need one are left out.
 */
function passDurations(attempts: readonly Attempt[]): ArmsOfSite['passMs'] {
  const passing = attempts.filter((attempt) => attempt.ending === 'completed' && !hasFailed(attempt));
  if (new Set(passing.map(skippedIn)).size > 1) return undefined;
  const [subject, control] = (['subject', 'control'] as const).map((arm) =>
    passing.flatMap((attempt) => (attempt.arm === arm ? (attempt.suiteMs ?? []) : [])),
  );
  return subject?.length && control?.length ? { subject: median(subject), control: median(control) } : undefined;
}

function skippedIn({ checks }: Attempt): string {
  return checks.flatMap(({ status, title }) => (status === 'skipped' ? title : [])).join('\n');
}
