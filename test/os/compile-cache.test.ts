import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileCacheOf } from '../../src/os/compile-cache.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

test('compiled code is kept beside the packages', () => {
  assert.equal(compileCacheOf(join('/app/node_modules/gridrun')), join('/app/node_modules/.cache/gridrun'));
  assert.equal(compileCacheOf(join('/checkout/')), join('/checkout/node_modules/.cache/gridrun'));
});

test('a run keeps compiled code where the user wants it, and none in the temporary folder', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.json': siteList('a'),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  const temporary = join(place.folder, 'tmp');
  await mkdir(temporary);
  const args = ['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url];
  const env = { TMPDIR: temporary, NODE_COMPILE_CACHE: join(place.folder, 'compiled') };
  const { code, stderr } = await place.run(args, { env });
  assert.equal(code, 0, stderr);
  assert.ok((await readdir(join(place.folder, 'compiled'))).length > 0);
  assert.ok(!(await readdir(temporary)).includes('node-compile-cache'));
});
