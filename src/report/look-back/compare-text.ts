import { buildText, type Build } from '../../core/builds.ts';
import {
  CHANGE_TEXTS,
  gates,
  hasAnswer,
  type Change,
  type CheckChange,
  type ComparedRun,
  type Comparison,
  type MissingSites,
  type SiteChange,
} from '../../core/comparison.ts';
import { chromeOf } from '../../core/chrome.ts';
import { countOf } from '../../core/count-of.ts';
import { terminalLine } from '../terminal/terminal-text.ts';
import { verdictMark } from '../terminal/verdict-mark.ts';

/** The changes that are listed, most important first. The others are only counted. */
const LISTED: readonly Change[] = [
  'failing-again',
  'newly-flaky',
  'still-failing',
  'fixed',
  'not-tried-again',
  'left-out',
  'added',
  'removed',
];

/** The changes of a check that explain the change of its site. */
const TELLING: ReadonlySet<Change> = new Set<Change>([
  'new-failure',
  'failing-again',
  'newly-flaky',
  'fixed',
  'not-tried-again',
]);

const LACKS_TEXTS: Readonly<Record<MissingSites, string>> = {
  rerun: 'tried only the sites that had failed (--last-failed)',
  merge: 'is a merge in which shards are missing or incomplete',
  cut: 'was cut off before it had written its plan',
};

export interface CompareTextOptions {
  readonly color: boolean;
  /** Maximum number of sites under one heading. The rest is counted. */
  readonly maxSites?: number;
}

/** What `gridrun compare` prints: new failures first, then the other changes, the counts, and the result. */
export function compareText(comparison: Comparison, { color, maxSites = 50 }: CompareTextOptions): string {
  const { before, after, sites, siteCounts } = comparison;
  const counts = (Object.keys(CHANGE_TEXTS) as Change[]).filter((change) => siteCounts[change] > 0);
  const gating = gates(comparison);
  const untried = sites.filter(({ after: standing }) => standing === 'not-run').length;
  return [
    ...headLines(before, after),
    ...section(
      CHANGE_TEXTS['new-failure'],
      sites.filter(({ change }) => change === 'new-failure'),
      color,
      maxSites,
    ),
    // A site that failed before is not new, but a failure of another of its checks is.
    ...section(
      'failed before, and now in other checks too',
      gating.filter(({ change }) => change !== 'new-failure'),
      color,
      maxSites,
    ),
    ...LISTED.flatMap((named) =>
      section(
        CHANGE_TEXTS[named],
        sites.filter((site) => site.change === named && !site.gates),
        color,
        maxSites,
      ),
    ),
    '',
    `${sites.length} ${sites.length === 1 ? 'site' : 'sites'}: ${counts.map((change) => `${siteCounts[change]} ${shortText(change)}`).join(', ') || 'none'}`,
    ...(untried === 0
      ? []
      : [`${countOf(untried, 'site')} of the later run ${untried === 1 ? 'was' : 'were'} not tried`]),
    gating.length === 0
      ? hasAnswer(comparison)
        ? 'no new failures'
        : 'the later run tried no site, so there is no answer'
      : `${gating.length} ${gating.length === 1 ? 'site' : 'sites'} with new failures`,
    '',
  ].join('\n');
}

function headLines(before: Comparison['before'], after: ComparedRun): string[] {
  const others =
    before.length === 1 ? '' : `, and ${before.length - 1} earlier ${before.length === 2 ? 'run' : 'runs'}`;
  return [
    `before: ${runText(before[0])}${others}`,
    `after:  ${runText(after)}`,
    ...lacksLines('earlier', before[0]),
    ...lacksLines('later', after),
    ...buildLines(before[0]?.extension, after.extension),
    ...chromeLines(before[0] ?? after, after),
  ];
}

function lacksLines(name: 'earlier' | 'later', run: ComparedRun | undefined): string[] {
  return run?.lacks === undefined ? [] : [`the ${name} run ${LACKS_TEXTS[run.lacks]}`];
}

/** A change may be the browser's. */
function chromeLines(before: ComparedRun, after: ComparedRun): string[] {
  const [was, is] = [chromeOf(before), chromeOf(after)];
  return was === is
    ? []
    : [`browser: ${was} before, ${is} after; to compare alike, run with --chrome ${before.chrome ?? 'full'}`];
}

/** Two builds are often compared on purpose, so this only says it. */
function buildLines(before: Build | undefined, after: Build | undefined): string[] {
  if (before?.sha256 === after?.sha256) return [];
  const text = (build: Build | undefined): string => (build === undefined ? 'none' : terminalLine(buildText(build)));
  return [`extension: ${text(before)} before, ${text(after)} after`];
}

function section(heading: string, sites: readonly SiteChange[], color: boolean, maxSites: number): string[] {
  if (sites.length === 0) return [];
  return [
    '',
    `${heading} (${sites.length})`,
    ...sites.slice(0, maxSites).flatMap((site) => siteLines(site, color)),
    ...(sites.length > maxSites ? [`  … and ${sites.length - maxSites} more: --json lists all`] : []),
  ];
}

function siteLines(site: SiteChange, color: boolean): string[] {
  const mark = site.after === 'absent' ? '·' : verdictMark(site.after, color);
  const checks = site.checks.filter(({ change }) => TELLING.has(change));
  return [
    `  ${mark} ${terminalLine(site.siteId)} (${site.before} → ${site.after}) ${terminalLine(site.url)}`,
    ...checks.map(checkLine),
  ];
}

function checkLine({ title, before, after, message }: CheckChange): string {
  const why = message === undefined ? '' : `: ${terminalLine(message)}`;
  return `      ${terminalLine(title, 100)} (${before} → ${after})${why}`;
}

function runText(run: Comparison['after'] | undefined): string {
  if (run === undefined) return 'no run';
  return `${terminalLine(run.run)} of ${new Date(run.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function shortText(change: Change): string {
  return change === 'new-failure' ? 'newly failing' : (CHANGE_TEXTS[change].split(':')[0] ?? change);
}
