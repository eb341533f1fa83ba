import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { checkFile, Workplace } from '../support/command.ts';

/** Runs a program with the file `hosts` of its folder as the hosts file of the machine. */
const OWN_HOSTS = `exec unshare --mount sh -c 'mount --bind hosts /etc/hosts && exec "$@"' sh "$@"`;
const isAllowed = spawnSync('unshare', ['--mount', 'true']).status === 0;
const options = { skip: isAllowed ? false : 'needs the right to make a mount namespace' };
const RUN = ['x.check.mjs', '--sites', 'sites.json', '--outage-sites', '0', '--grid'];
const FILES = {
  'sites.json': JSON.stringify([{ id: 'shop', url: 'http://shop.test:3000/' }]),
  'x.check.mjs': checkFile('await driver.get(site.url);'),
};

test('a site whose name is on loopback in the hosts file is refused, as one on localhost is', options, async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({ ...FILES, hosts: '127.0.0.1 localhost\n127.0.0.1 Shop.test # here\n' });
  const { code, stderr } = await place.run([...RUN, stub.url], { shell: OWN_HOSTS });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /http:\/\/shop\.test:3000\/ is on this machine, but[^]*^code: grid\.loopback-sites$/m);
});

test('a site that a node did not reach is not blamed if its name is on loopback', options, async () => {
  await using place = await Workplace.with({ ...FILES, hosts: '127.0.0.1 localhost\n' });
  await using stub = await startStub({
    faults: ({ command }) => {
      if (command !== 'POST url') return undefined;
      // As a name server would give it: gridrun has read the hosts file already.
      appendFileSync(join(place.folder, 'hosts'), '127.0.0.1 shop.test\n');
      const value = { error: 'unknown error', message: 'unknown error: net::ERR_CONNECTION_REFUSED', stacktrace: '' };
      return { status: 500, body: { value } };
    },
  });
  const { code, stdout, stderr } = await place.run([...RUN, stub.url], { shell: OWN_HOSTS });
  assert.equal(code, 3, stdout + stderr);
  const [site] = (await place.results()).sites;
  assert.deepEqual(
    [site?.verdict, site?.cause, site?.checks[0]?.fault?.code],
    ['errored', 'runner', 'grid.loopback-sites'],
  );
  assert.match(
    site?.checks[0]?.fault?.message ?? '',
    /^shop\.test is 127\.0\.0\.1, which means another machine to a browser at http:/,
  );
});
