import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageSystem } from '../../scripts/debian-packages.ts';
import { setUpMachine, type Need } from '../../scripts/machine-setup.ts';

/** A machine of which nothing is real: it remembers what was run on it. */
function machine(options: {
  isDebian?: boolean;
  isRoot?: boolean;
  installs?: boolean;
  updates?: boolean;
}): PackageSystem & { readonly ran: string[] } {
  const { isDebian = true, isRoot = true, installs = true, updates = true } = options;
  const ran: string[] = [];
  return {
    isDebian,
    isRoot,
    ran,
    run: (command, args) => {
      ran.push([command, ...args].join(' '));
      const works = args[0] === 'update' ? updates : installs;
      return works ? Promise.resolve() : Promise.reject(new Error(`no ${args[0]}`));
    },
  };
}

/** A need that is met from its n-th look on. */
function need(what: string, metAfter: number): Need {
  let looks = 0;
  return {
    what,
    packages: [`${what}-package`],
    lacking: () => Promise.resolve(looks++ < metAfter ? `no ${what}` : undefined),
  };
}

async function setUp(needs: readonly Need[], system: PackageSystem): Promise<{ ready: boolean; said: string[] }> {
  const said: string[] = [];
  const ready = await setUpMachine(needs, system, (line) => said.push(line));
  return { ready, said };
}

test('says nothing and runs nothing where all is there', async () => {
  const system = machine({});
  assert.deepEqual(await setUp([need('chrome', 0)], system), { ready: true, said: [] });
  assert.deepEqual(system.ran, []);
});

test('as root on Debian it installs what is missing, and that alone, and says so in one line', async () => {
  const system = machine({});
  const { ready, said } = await setUp([need('chrome', 1), need('java', 0)], system);
  assert.equal(ready, true);
  assert.deepEqual(system.ran, ['apt-get update -qq', 'apt-get install -y -qq chrome-package']);
  assert.deepEqual(said, [
    'setup: chrome is missing; installing it with: apt-get update && apt-get install -y chrome-package',
  ]);
});

test('what is only helpful is installed apart, and is not missed where it cannot be', async () => {
  const shell: Need = { ...need('shell', 1), optional: true };
  const system = machine({});
  const { ready, said } = await setUp([need('chrome', 1), shell], system);
  assert.deepEqual(
    [ready, system.ran.filter((line) => line.includes('install'))],
    [true, ['apt-get install -y -qq chrome-package', 'apt-get install -y -qq shell-package']],
  );
  assert.equal(said[1], 'setup: shell is missing; installing it: shell-package');
  const cannot = { ...need('shell', 1), optional: true };
  assert.deepEqual(await setUp([cannot], machine({ isRoot: false })), { ready: true, said: [] });
  const failing = await setUp([{ ...need('shell', 1), optional: true }], machine({ installs: false }));
  assert.deepEqual(
    [failing.ready, failing.said[1]],
    [true, 'setup: shell-package cannot be installed here; what needs it is skipped'],
  );
});

test('a source that does not answer does not stop the install', async () => {
  const { ready } = await setUp([need('chrome', 1)], machine({ updates: false }));
  assert.equal(ready, true);
});

test('an install that fails, or does not help, is told', async () => {
  const failed = await setUp([need('chrome', 1)], machine({ installs: false }));
  assert.equal(failed.ready, false);
  assert.equal(failed.said.at(-1), 'setup: apt-get failed: no install');
  const useless = await setUp([need('chrome', 9)], machine({}));
  assert.equal(useless.ready, false);
  assert.equal(useless.said.at(-1), 'setup: chrome-package did not help: no chrome');
});

test('who is not root is told the command', async () => {
  const system = machine({ isRoot: false });
  const { ready, said } = await setUp([need('chrome', 1), need('java', 1)], system);
  assert.equal(ready, false);
  assert.deepEqual(system.ran, []);
  assert.deepEqual(said, [
    "setup: chrome and java is missing; to install it, run: sudo sh -c 'apt-get update && apt-get install -y chrome-package java-package'",
  ]);
});

test('elsewhere it says what is missing and why', async () => {
  const system = machine({ isDebian: false });
  const { ready, said } = await setUp([need('chrome', 1)], system);
  assert.equal(ready, false);
  assert.deepEqual(system.ran, []);
  assert.deepEqual(said, ['setup: chrome is missing: no chrome']);
});
