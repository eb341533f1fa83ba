import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const FILES = { 'sites.json': siteList('a'), 'x.check.mjs': checkFile('await driver.get(site.url);') };

for (const [what, env, isKept] of [
  ['keeps compiled code in the temporary folder', {}, true],
  ['keeps none if the user turned the cache off', { NODE_DISABLE_COMPILE_CACHE: '1' }, false],
  ['keeps none while coverage is recorded', { NODE_V8_COVERAGE: 'coverage' }, false],
] as const) {
  test(`a run ${what}`, async () => {
    await using stub = await startStub();
    await using place = await Workplace.with(FILES);
    const temporary = join(place.folder, 'tmp');
    await mkdir(temporary);
    const args = ['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url];
    const { code, stderr } = await place.run(args, { env: { TMPDIR: temporary, ...env } });
    assert.equal(code, 0, stderr);
    assert.equal((await readdir(temporary)).includes('node-compile-cache'), isKept);
  });
}
