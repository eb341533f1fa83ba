import {
  CHANGE_TEXTS,
  gates,
  type Change,
  type CheckChange,
  type Comparison,
  type SiteChange,
} from '../../core/comparison.ts';
import { terminalLine } from '../terminal/terminal-text.ts';
import { verdictMark } from '../terminal/verdict-mark.ts';

/** In the order in which a person wants to know. The others are only counted. */
const LISTED: readonly Change[] = [
  'failing-again',
  'newly-flaky',
  'still-failing',
  'fixed',
  'left-out',
  'added',
  'removed',
];

/** Which checks explain what became of their site. */
const TELLING: ReadonlySet<Change> = new Set<Change>(['new-failure', 'failing-again', 'newly-flaky', 'fixed']);

export interface CompareTextOptions {
  readonly color: boolean;
  /** Most sites under one heading; the rest is counted. */
  readonly most?: number;
}

/** What `gridrun compare` says: what is new first, then the rest, the counts, and what gates. */
export function compareText(comparison: Comparison, { color, most = 50 }: CompareTextOptions): string {
  const { before, after, sites, siteCounts } = comparison;
  const others =
    before.length === 1 ? '' : `, and ${before.length - 1} earlier ${before.length === 2 ? 'run' : 'runs'}`;
  const counts = (Object.keys(CHANGE_TEXTS) as Change[]).filter((change) => siteCounts[change] > 0);
  const gating = gates(comparison);
  return [
    `before: ${runText(before[0])}${others}`,
    `after:  ${runText(after)}`,
    ...section(
      CHANGE_TEXTS['new-failure'],
      sites.filter(({ change }) => change === 'new-failure'),
      color,
      most,
    ),
    // A site that failed before is not new, but a check of it may be: it gates, and must be seen.
    ...section(
      'failed before, and now in other checks too',
      gating.filter(({ change }) => change !== 'new-failure'),
      color,
      most,
    ),
    ...LISTED.flatMap((named) =>
      section(
        CHANGE_TEXTS[named],
        sites.filter((site) => site.change === named && !site.gates),
        color,
        most,
      ),
    ),
    '',
    `${sites.length} ${sites.length === 1 ? 'site' : 'sites'}: ${counts.map((change) => `${siteCounts[change]} ${shortText(change)}`).join(', ') || 'none'}`,
    gating.length === 0
      ? 'nothing new gates'
      : `${gating.length} ${gating.length === 1 ? 'site gates' : 'sites gate'}: what fails is new`,
    '',
  ].join('\n');
}

function section(heading: string, sites: readonly SiteChange[], color: boolean, most: number): string[] {
  if (sites.length === 0) return [];
  return [
    '',
    `${heading} (${sites.length})`,
    ...sites.slice(0, most).flatMap((site) => siteLines(site, color)),
    ...(sites.length > most ? [`  … and ${sites.length - most} more: --json has all`] : []),
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
