import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteList } from '../support/command.ts';
import { failingIf, startStubForBuild, withBuild } from '../support/stub-extension.ts';

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`);
/** The build in `build/` against no extension. */
function commandOver(grid: string, ...flags: readonly string[]): string[] {
  const arms = ['--extension', 'build', '--control', 'none'];
  return ['a.check.mjs', '--sites', 'sites.json', '--grid', grid, ...arms, ...flags];
}

const BROKEN = "site.id === 's3' && extension.loaded";

test('the loads of a failing site are spread over the run, and the build is blamed', async () => {
  await using stub = await startStubForBuild();
  await using place = await withBuild({ 'sites.json': siteList(...ids(150)), 'a.check.mjs': failingIf(BROKEN) });
  const { code, stdout } = await place.run(commandOver(stub.url, '-j', '1'));
  assert.equal(code, 1, stdout);
  const site = (await place.results()).sites.find(({ id }) => id === 's3');
  assert.deepEqual([site?.verdict, site?.cause, site?.attribution], ['failed', 'extension', 'broken']);
  const started = (await place.journal()).flatMap((event) => (event.type === 'attempt-started' ? event.siteId : []));
  const places = started.flatMap((id, index) => (id === 's3' ? index : []));
  assert.equal(places.length, 7);
  const gaps = places.slice(1).map((at, index) => at - places[index]!);
  assert.ok(Math.min(...gaps) >= 8 && places.at(-1)! < 150, places.join(', '));
});
