import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { checkFile, siteList, Workplace, type CommandResult } from '../support/command.ts';

/** Starts a program as the first process of a PID namespace of its own, as a container does. */
const UNSHARE = 'unshare --pid --fork --kill-child --mount-proc';
const isAllowed = spawnSync('/bin/sh', ['-c', `${UNSHARE} true`]).status === 0;
const options = { skip: isAllowed ? false : 'needs the right to make a PID namespace' };

async function runIn(shell: string): Promise<CommandResult> {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.json': siteList('a'),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
    // As npx does: a program of Node that starts gridrun and waits for it.
    'launcher.mjs': `import { spawn } from 'node:child_process';
      spawn(process.argv[2], process.argv.slice(3), { stdio: 'inherit' }).on('exit', (code) => process.exit(code));`,
  });
  return await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url], { shell });
}

function notesIn({ stdout, stderr }: CommandResult): string[] {
  return `${stdout}${stderr}`.split('\n').filter((line) => line.includes('docker run --init'));
}

test('gridrun says in one line that it is PID 1 and that nothing reaps', options, async () => {
  const result = await runIn(`exec ${UNSHARE} "$@"`);
  assert.equal(result.code, 0, result.stderr);
  assert.match(notesIn(result).join('|'), /^warning: gridrun is PID 1, and it does not reap[^|]+docker run --init$/);
});

test('gridrun says the same if a program of Node is PID 1 and has started it', options, async () => {
  const result = await runIn(`exec ${UNSHARE} "$1" launcher.mjs "$@"`);
  assert.equal(result.code, 0, result.stderr);
  assert.match(notesIn(result).join('|'), /^warning: PID 1 is node, which does not reap[^|]+docker run --init$/);
});

test('gridrun says nothing of it if a shell is PID 1, and outside of a container', options, async () => {
  for (const shell of [`exec ${UNSHARE} /bin/sh -c '"$@"; exit $?' sh "$@"`, '"$@"']) {
    const result = await runIn(shell);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(notesIn(result), []);
  }
});
