import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const NO_SHELL = process.platform === 'win32' ? 'needs a shell' : false;

test('no room for the head of the journal: exit 4, and no session is opened', { skip: NO_SHELL }, async () => {
  await using stub = await startStub();
  const ids = Array.from({ length: 2000 }, (_, index) => `site-${index}`);
  await using place = await Workplace.with({
    'sites.json': siteList(...ids),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  // A write after the limit fails as one on a full disk does.
  const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url], {
    shell: 'ulimit -f 32; exec "$@"',
  });
  assert.equal(code, 4, stdout.slice(-2000) + stderr);
  assert.match(stdout, /cannot write the journal/);
  assert.equal(stub.stats.sessionsCreated, 0);
});

test(
  'no room for an attachment: no part of it stays, which would take the room of the reports',
  { skip: NO_SHELL },
  async () => {
    await using stub = await startStub();
    await using place = await Workplace.with({
      'sites.json': siteList('a'),
      'x.check.mjs': checkFile("await driver.get(site.url); await attach('big.bin', Buffer.alloc(1_000_000));"),
    });
    const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url], {
      shell: 'ulimit -f 1000; exec "$@"',
    });
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout, /big\.bin|file too large/);
    const files = await readdir(join(place.folder, 'gridrun-results'), { recursive: true });
    assert.deepEqual(
      files.filter((file) => file.includes('big')),
      [],
    );
  },
);
