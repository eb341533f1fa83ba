import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ChangeLock } from '../../src/grid/docker/change-lock.ts';
import { SessionRegistry } from '../../src/grid/registry.ts';

const before_ = process.env['TMPDIR'];
before(async () => void (process.env['TMPDIR'] = await mkdtemp(join(tmpdir(), 'gridrun-lock-'))));
after(async () => {
  await rm(process.env['TMPDIR']!, { recursive: true, force: true });
  if (before_ === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before_;
});

const GRID = `lock-${randomBytes(3).toString('hex')}`;

async function files(): Promise<string[]> {
  return await readdir(new SessionRegistry().stateDir);
}

test('one gridrun at a time changes a grid; the next one says for whom it waits, and nothing is left', async () => {
  const first = ChangeLock.try(GRID);
  assert.ok(first !== undefined);
  assert.equal(ChangeLock.try(GRID), undefined);
  ChangeLock.try(`${GRID}-other`)![Symbol.dispose]();
  const said = Promise.withResolvers<string>();
  const waiting = ChangeLock.take(GRID, { onProgress: said.resolve });
  assert.match(await said.promise, new RegExp(`^waiting for process ${process.pid}, .* changing the grid '${GRID}'$`));
  first[Symbol.dispose]();
  const second = await waiting;
  // One that has lost its lock does not remove that of another.
  first[Symbol.dispose]();
  assert.equal(ChangeLock.try(GRID), undefined);
  second[Symbol.dispose]();
  assert.deepEqual(await files(), []);
});

test('a wait for another gridrun can be interrupted', async () => {
  using _lock = ChangeLock.try(GRID);
  const stop = new AbortController();
  await assert.rejects(ChangeLock.take(GRID, { signal: stop.signal, onProgress: () => stop.abort() }), {
    name: 'AbortError',
  });
});

test('the lock of a killed gridrun holds nobody up', async () => {
  const holder = spawn(
    process.execPath,
    [
      '--conditions=gridrun-source',
      '--input-type=module',
      '-e',
      `import { ChangeLock } from ${JSON.stringify(new URL('../../src/grid/docker/change-lock.ts', import.meta.url).href)};
      ChangeLock.try(${JSON.stringify(GRID)}); console.log('locked'); setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(holder.stdout, 'data');
  assert.equal(ChangeLock.try(GRID), undefined);
  holder.kill('SIGKILL');
  await once(holder, 'close');
  ChangeLock.try(GRID)![Symbol.dispose]();
  assert.deepEqual(await files(), []);
});
