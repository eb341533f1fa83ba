import type { Calibration, NoiseGroup, NoisySite } from '../../core/calibration/calibrate.ts';
import type { Loads } from '../../core/attribution/failure-rates.ts';
import { countOf } from '../../core/count-of.ts';
import { terminalLine } from '../terminal/terminal-text.ts';

/** The text lists at most this many sites or tags. calibration.json has all. */
const MAX_LISTED = 20;

/** What `gridrun calibrate` prints. */
export function calibrationText(calibration: Calibration): string {
  const { siteCount, loadCount, noise, groups, tags, blamed, quarantine, neverPassed } = calibration;
  const wrong = blamed.broken.length + blamed.suspect.length;
  return [
    '',
    `the same build in both arms: ${countOf(siteCount, 'site')}, ${countOf(loadCount, 'load')}`,
    loadCount === 0
      ? '  no site was tried, so nothing was measured'
      : `  noise: ${percent(noise)} of first loads failed`,
    ...table(groups.map(groupCells)),
    ...(tags.length === 0 ? [] : ['  by tag:', ...table(tags.slice(0, MAX_LISTED).map(groupCells))]),
    wrong === 0
      ? '  blamed on the build by mistake: no site'
      : `  blamed on the build by mistake: ${blamed.broken.length} broken, ${blamed.suspect.length} suspect: ${[...blamed.broken, ...blamed.suspect].slice(0, MAX_LISTED).map(shown).join(', ')}`,
    ...(neverPassed.length === 0
      ? []
      : [
          `  failed each time, so this does not show if the build is why: ${listed(neverPassed.map(shown))}`,
          '    compare them with another build, or with no build: gridrun --control',
        ]),
    `  worth quarantining: ${quarantine.length === 0 ? 'no site' : `${countOf(quarantine.length, 'site')}: ${quarantined(quarantine)}`}`,
    ...budgetLines(calibration),
    '  sites that fail do not fail a calibration',
    '',
  ].join('\n');
}

function quarantined(sites: readonly NoisySite[]): string {
  return listed(sites.map(({ siteId, loads }) => `${shown(siteId)} (${loads.failed} of ${loads.all})`));
}

function listed(texts: readonly string[]): string {
  const more = texts.length > MAX_LISTED ? `, … and ${texts.length - MAX_LISTED} more` : '';
  return `${texts.slice(0, MAX_LISTED).join(', ')}${more}`;
}

function groupCells({ name, siteCount, loads }: NoiseGroup): string[] {
  return [shown(name), countOf(siteCount, 'site'), loads.failed === 0 ? '' : `${share(loads)} of their loads failed`];
}

function budgetLines({ budgets, neededBudget }: Calibration): string[] {
  if (neededBudget === undefined) return [];
  return [
    '  what other budgets would do on this list (simulated):',
    ...table([
      [
        '--control-budget',
        'more loads',
        'blames by mistake',
        'finds a site that always breaks',
        'finds one that breaks 3 loads in 10',
      ],
      ...budgets.map(({ budget, moreLoads, wronglyBlamed, foundBroken, foundNowAndThen }) => [
        `${budget}`,
        percent(moreLoads),
        percent(wronglyBlamed),
        percent(foundBroken),
        percent(foundNowAndThen),
      ]),
    ]),
    `  this list needs --control-budget ${neededBudget}`,
  ];
}

/** Cells in columns. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function shown(text: string): string {
  return terminalLine(text);
}

function share({ failed, all }: Loads): string {
  return percent(failed / all);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
