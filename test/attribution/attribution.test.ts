import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/machine.ts';
import { brokenBuilds, isBlamed, wellBuild } from './builds.ts';
import { noisyCorpus } from './noisy-corpus.ts';
import { sweep } from './sweep.ts';

// The short form of npm run test:attribution: three captured pages, and one build.
const SKIP = { skip: missing('chrome', 'corpus') };
/** Captured pages that work. The build breaks the first. */
const PAGES = ['533018c97a', 'dfbfed1999', 'aa36404447'];

test('a build is blamed for the page that it breaks, and for no other', SKIP, async () => {
  await using corpus = await noisyCorpus();
  const pages = PAGES.flatMap((id) => corpus.pages.filter((page) => page.id === id));
  corpus.plant(new Map([['dfbfed1999', 'rotating']]), 1);
  const known = PAGES.map((id, index) => ({ id, hasName: true, language: index === 0 ? 'de' : 'en' }));
  const subject = brokenBuilds(known).find(({ name }) => name === 'closes the tab')!;
  const sites = await sweep(pages, { subject, well: wellBuild() });
  assert.deepEqual(
    sites.map((site) => [site.id, isBlamed(site)]),
    PAGES.map((id, index) => [id, index === 0]),
  );
});
