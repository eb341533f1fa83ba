import { mcnemar, type McNemar } from './mcnemar.ts';
import type { RunState, SiteState } from './run-state.ts';
import { isFailing } from './verdict.ts';

/** The result of comparing the two arms of a run: did the build under test break sites? */
export interface ReleaseTest {
  /** Sites that fail with the build and pass with the control. */
  readonly broken: readonly string[];
  /** Sites that fail with the control and pass with the build. Only `--control-all` finds them. */
  readonly mended: readonly string[];
  /** Sites that fail in both arms, so the site is to blame. */
  readonly failedInBoth: readonly string[];
  /** Sites that failed and then passed, or on which the control has no answer. */
  readonly undecided: readonly string[];
  /** The test over the sites on which the arms disagree. */
  readonly test: McNemar;
  /** Both arms tried every site, so `mended` is complete. */
  readonly isComplete: boolean;
}

/** Compares the two arms of a run. Undefined if it had no control. */
export function releaseTestOf(state: RunState): ReleaseTest | undefined {
  if ((state.started?.control ?? 'never') === 'never') return undefined;
  const broken: string[] = [];
  const fixed: string[] = [];
  const failedInBoth: string[] = [];
  const undecided: string[] = [];
  for (const entry of state.sites())
    (listOf(entry, { broken, fixed, failedInBoth, undecided }) ?? []).push(entry.site.id);
  return {
    broken,
    mended: fixed,
    failedInBoth,
    undecided,
    test: mcnemar(broken.length, fixed.length),
    isComplete: state.started?.control === 'always',
  };
}

type Lists = Readonly<Record<'broken' | 'fixed' | 'failedInBoth' | 'undecided', string[]>>;

function listOf({ verdict }: SiteState, lists: Lists): string[] | undefined {
  if (isFailing(verdict.verdict))
    return verdict.cause === 'extension'
      ? lists.broken
      : verdict.control !== undefined && verdict.cause === 'site'
        ? lists.failedInBoth
        : lists.undecided;
  if (verdict.verdict === 'flaky' && verdict.control !== undefined) return lists.undecided;
  return verdict.verdict === 'passed' && isFailing(verdict.control ?? 'absent') ? lists.fixed : undefined;
}
