import type { ReleaseTest } from '../core/release-test.ts';

/** Above this, chance alone explains it. */
const CHANCE = 0.05;

/**
 * What the build did to the list, in one sentence: `the build broke 4 sites, made 11 sites flakier (p = 0.003), and made
 * pages 8 % slower (p = 0.010); this list's own noise is 1.6 %`. Undefined for runs of earlier versions.
 */
export function releaseSentence(test: ReleaseTest): string | undefined {
  const { broken, suspect = [], flakier, noise } = test;
  if (flakier === undefined || noise === undefined) return undefined;
  const probably = suspect.length === 0 ? '' : `, probably broke ${suspect.length} more`;
  const effects = `${flakierPart(test)}, and ${slowerPart(test)}`;
  return `the build broke ${sites(broken.length)}${probably}, ${effects}; this list's own noise is ${(100 * noise).toFixed(1)} %`;
}

function flakierPart({ flakier }: ReleaseTest): string {
  const { subjectOnly = 0, controlOnly = 0, siteCount = 0, p = 1 } = flakier ?? {};
  if (subjectOnly + controlOnly === 0) return 'was not measured to make sites flakier';
  return p < CHANCE
    ? `made ${sites(siteCount)} flakier (p = ${pText(p)})`
    : `made no site measurably flakier (p = ${pText(p)})`;
}

function slowerPart({ slower }: ReleaseTest): string {
  if (slower === undefined) return 'its effect on speed was not measured';
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
