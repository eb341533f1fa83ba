import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/machine.ts';
import { brokenBuilds, isBlamed, wellBuild } from './builds.ts';
import { noisyCorpus } from './noisy-corpus.ts';
import { sweep } from './sweep.ts';

// The short form of npm run test:attribution: four captured pages, an innocent build and one that blocks a script.
const SKIP = { skip: missing('chrome', 'corpus') };
/** They pass without noise. */
const PAGES = 4;

test('a build is blamed for the page that it breaks, and for no other', SKIP, async () => {
  await using corpus = await noisyCorpus();
  const well = wellBuild();
  const facts = await sweep(corpus.pages.slice(0, 2 * PAGES), { subject: well, well, env: { FACTS: '1' } });
  assert.deepEqual(facts.filter(isBlamed), []);
  const steady = new Set(facts.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id));
  const pages = corpus.pages.filter(({ id }) => steady.has(id)).slice(0, PAGES);
  assert.equal(pages.length, PAGES);
  corpus.plant(
    new Map([
      [pages[0]!.id, 'in turn'],
      [pages[1]!.id, 'rotating'],
    ]),
    1,
  );
  const known = pages.map(({ id }) => ({ id, ...corpus.facts.get(id)! }));
  const subject = brokenBuilds(known).find(({ name }) => name === 'closes the tab')!;
  const sites = await sweep(pages, { subject, well });
  assert.deepEqual(
    sites.filter(isBlamed).map(({ id }) => id),
    [...subject.breaks],
  );
});
