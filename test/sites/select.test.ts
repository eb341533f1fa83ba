import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Site } from '../../src/core/site.ts';
import { GridrunError } from '../../src/core/fault.ts';
import { selectSites, unknownTags } from '../../src/sites/select.ts';

const SITES: readonly Site[] = [
  { id: 'shop', url: 'https://shop.example.com/', tags: ['login', 'german'] },
  { id: 'bank_de', url: 'https://www.bank.de/login', tags: ['german'] },
  { id: 'plain', url: 'http://plain.localhost:3000/' },
];
const idsOf = (tags: readonly string[], sites: readonly string[]): readonly string[] =>
  selectSites(SITES, { tags, sites }).map(({ id }) => id);

describe('the selection of sites', () => {
  it('takes all without tags and globs, and by one of the tags', () => {
    assert.deepEqual(idsOf([], []), ['shop', 'bank_de', 'plain']);
    assert.deepEqual(idsOf(['german', 'french'], []), ['shop', 'bank_de']);
    assert.deepEqual(idsOf(['login'], []), ['shop']);
  });

  it('leaves a tag that no site has to the checks', () => {
    assert.deepEqual(idsOf(['smoke'], []), ['shop', 'bank_de', 'plain']);
    assert.deepEqual(unknownTags(['smoke', 'german', 'germn'], SITES, new Set(['smoke'])), [
      '--tag germn: no site and no check has this tag; did you mean "german"?',
    ]);
  });

  it('takes by globs on id and host', () => {
    assert.deepEqual(idsOf([], ['bank_*']), ['bank_de']);
    assert.deepEqual(idsOf([], ['*.example.com', '*.localhost']), ['shop', 'plain']);
    assert.deepEqual(idsOf([], ['{shop,plain}']), ['shop', 'plain']);
    assert.deepEqual(idsOf(['german'], ['*']), ['shop', 'bank_de']);
  });

  it('refuses each glob that matches nothing, and says why', () => {
    const refused = (): unknown => selectSites(SITES, { tags: ['german'], sites: ['*bank*', 'nothing', 'plain'] });
    assert.throws(refused, (error: unknown) => {
      assert.ok(error instanceof GridrunError);
      assert.deepEqual(error.mistakes, [
        '--site nothing: matches no id and no host of the list',
        '--site plain: matches no site with the given tag',
      ]);
      return error.answer === 'refuse';
    });
  });
});
