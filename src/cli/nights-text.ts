import type { NightsOfSite } from '../app/replay/replay.ts';

const WORDS = {
  extension: 'the extension changed: the new build fails on both pages, the old one on neither',
  site: 'the site changed: both builds fail on the newer page, and neither fails on the older one',
  both: 'both changed: neither the new build nor the newer page is the whole reason',
  unclear: 'unclear: the four answers do not say what changed',
} as const;

/** The two builds on the pages of two nights, as a table with one word below. */
export function nightsText(nights: readonly NightsOfSite[]): string {
  return nights
    .map(({ siteId, newBuild, oldBuild, word }) => {
      const row = (name: string, answers: readonly string[]): string =>
        `  ${name.padEnd(10)}${answers.map((answer) => answer.padEnd(12)).join('')}`.trimEnd();
      return [
        '',
        siteId,
        row('', ['older page', 'newer page']),
        row('old build', [oldBuild.before, oldBuild.tonight]),
        row('new build', [newBuild.before, newBuild.tonight]),
        `  ${word === 'unclear' ? '' : `${word}: `}${WORDS[word]}`,
        '',
      ].join('\n');
    })
    .join('');
}
