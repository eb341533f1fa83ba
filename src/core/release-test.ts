import { mcnemar, type McNemar } from './mcnemar.ts';
import type { RunState, SiteState } from './run-state.ts';
import { isFailing } from './verdict.ts';

/** What two arms of a run say of the build under test. */
export interface ReleaseTest {
  /** Fails with the build, passes with the control. */
  readonly broken: readonly string[];
  /** Fails with the control, passes with the build; looked for with `--control-all` alone. */
  readonly mended: readonly string[];
  /** Fails in both arms: the site itself. */
  readonly failedInBoth: readonly string[];
  /** Failed once and then passed, or was never answered by the control. */
  readonly undecided: readonly string[];
  /** Over the sites on which the arms disagree. */
  readonly test: McNemar;
  /** Both arms tried every site, so that mended ones could be seen. */
  readonly isComplete: boolean;
}

/** Weighs the two arms of a run; undefined where it had one alone. */
export function releaseTestOf(state: RunState): ReleaseTest | undefined {
  if ((state.started?.control ?? 'never') === 'never') return undefined;
  const broken: string[] = [];
  const mended: string[] = [];
  const failedInBoth: string[] = [];
  const undecided: string[] = [];
  for (const entry of state.sites())
    (listOf(entry, { broken, mended, failedInBoth, undecided }) ?? []).push(entry.site.id);
  return {
    broken,
    mended,
    failedInBoth,
    undecided,
    test: mcnemar(broken.length, mended.length),
    isComplete: state.started?.control === 'always',
  };
}

type Lists = Readonly<Record<'broken' | 'mended' | 'failedInBoth' | 'undecided', string[]>>;

function listOf({ verdict }: SiteState, lists: Lists): string[] | undefined {
  if (isFailing(verdict.verdict))
    return verdict.cause === 'extension'
      ? lists.broken
      : verdict.control !== undefined && verdict.cause === 'site'
        ? lists.failedInBoth
        : lists.undecided;
  if (verdict.verdict === 'flaky' && verdict.control !== undefined) return lists.undecided;
  return verdict.verdict === 'passed' && isFailing(verdict.control ?? 'absent') ? lists.mended : undefined;
}
