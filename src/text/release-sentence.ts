import type { HistoryTest, ListTest } from '../core/attribution/list-test.ts';
import type { ReleaseTest } from '../core/release-test.ts';

/** Above this, chance alone explains it. */
const CHANCE = 0.05;

/**
 * What the build did to the list, in one sentence: `the build broke 4 sites, made 11 sites flakier (p = 0.003), and made
 * pages 8 % slower (p = 0.010); this list's own noise is 1.6 %`. Undefined for runs of earlier versions.
 */
export function releaseSentence(test: ReleaseTest): string | undefined {
  const { broken, suspect = [], undecided, flakier, noise, sampleCount = 0, flakierThanBefore } = test;
  if (flakier === undefined || noise === undefined) return undefined;
  const probably = suspect.length === 0 ? '' : `, probably broke ${suspect.length} more`;
  // A sample is of this night alone. Without one, earlier nights say more than the sites that failed.
  const flaky =
    sampleCount === 0 && flakierThanBefore !== undefined ? historyPart(flakierThanBefore) : flakierPart(flakier);
  const parts = [`the build broke ${sites(broken.length)}${probably}`, flaky, slowerPart(test)];
  const measured = parts.filter((part) => part !== undefined);
  const open = [...(parts[1] === undefined ? ['flakier'] : []), ...(parts[2] === undefined ? ['slower'] : [])];
  return [
    measured.length === 1 ? measured[0] : `${measured.slice(0, -1).join(', ')}, and ${measured.at(-1)}`,
    ...(open.length === 0 ? [] : [`${open.join(' and ')}: not measured`]),
    ...(undecided.length === 0 ? [] : [`undecided: ${sites(undecided.length)}`]),
    `this list's own noise is ${(100 * noise).toFixed(1)} %`,
  ].join('; ');
}

/** Undefined if it was not measured. */
function flakierPart({ subjectOnly, controlOnly, siteCount = 0, p }: ListTest): string | undefined {
  if (subjectOnly + controlOnly === 0) return undefined;
  return p < CHANCE
    ? `made ${sites(siteCount)} flakier (p = ${pText(p)})`
    : `made no site measurably flakier (p = ${pText(p)})`;
}

/** The number of sites is how many more failed than their earlier runs let expect. */
function historyPart({ failedCount, expectedCount, p }: HistoryTest): string {
  return p < CHANCE
    ? `made about ${sites(Math.max(1, Math.round(failedCount - expectedCount)))} flakier than on earlier nights (p = ${pText(p)})`
    : `made no site measurably flakier than on earlier nights (p = ${pText(p)})`;
}

/** Undefined if it was not measured. */
function slowerPart({ slower }: ReleaseTest): string | undefined {
  if (slower === undefined) return undefined;
  const percent = Math.round(100 * (slower.ratio - 1));
  return slower.p < CHANCE && percent > 0
    ? `made pages ${percent} % slower (p = ${pText(slower.p)})`
    : `made pages not measurably slower (p = ${pText(slower.p)})`;
}

function sites(count: number): string {
  return `${count} site${count === 1 ? '' : 's'}`;
}

/** A probability with three digits, or as a power of ten if it is small. */
export function pText(p: number): string {
  return p >= 0.001 ? p.toFixed(3) : p.toExponential(1);
}
