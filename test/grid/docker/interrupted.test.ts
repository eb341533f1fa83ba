import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { gridStatus } from '../../../src/grid/docker/status.ts';
import { Workplace, type CommandResult } from '../../support/command.ts';
import { gridName, leftovers, ofGrid } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };

/** Starts a `grid` command and sends it a signal as soon as its grid has this many containers. */
async function cut(
  [action, ...args]: readonly string[],
  name: string,
  { signal, at }: { readonly signal: NodeJS.Signals; readonly at: (count: number) => boolean },
): Promise<CommandResult> {
  await using place = await Workplace.with({});
  const running = place.start(['grid', action!, '--name', name, ...args]);
  while (!at((await ofGrid(name)).containers.length)) {
    assert.equal(running.process.exitCode, null, 'the command ended before it was interrupted');
    await delay(5);
  }
  running.process.kill(signal);
  return await running.ended;
}

async function grid(action: string, name: string, ...args: readonly string[]): Promise<string> {
  await using place = await Workplace.with({});
  const { code, stderr } = await place.run(['grid', action, '--name', name, ...args]);
  assert.equal(code, 0, stderr);
  return stderr;
}

/** The slots that take sessions, and the containers. */
async function facts(name: string): Promise<unknown[]> {
  return [(await gridStatus({ name }))[0]?.slots, (await ofGrid(name)).containers.length];
}

test('an interrupted or killed grid scale loses no node, and the next one goes on', options, async () => {
  await using named = gridName();
  const { name } = named;
  await gridUp({ name, nodes: 1, sessionsPerNode: 1, port: 0 });
  const stopped = await cut(['scale', '2'], name, { signal: 'SIGINT', at: (count) => count === 3 });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /interrupted before the grid '\S+' had 2 nodes: it has 1 node now/);
  assert.deepEqual(await facts(name), [1, 2]);
  await cut(['scale', '2'], name, { signal: 'SIGKILL', at: (count) => count === 3 });
  await grid('scale', name, '2');
  assert.deepEqual(await facts(name), [2, 3]);
  await cut(['scale', '1'], name, { signal: 'SIGKILL', at: () => true });
  await grid('scale', name, '1');
  assert.deepEqual(await facts(name), [1, 2]);
});

test('an interrupted grid up leaves nothing, and one that is killed is removed by its name', options, async () => {
  await using named = gridName();
  const { name } = named;
  const up = ['up', '--nodes', '1', '--port', '0'];
  const stopped = await cut(up, name, { signal: 'SIGINT', at: (count) => count > 0 });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /interrupted before the grid '\S+' was ready/);
  assert.deepEqual(await leftovers(name), []);
  await cut(up, name, { signal: 'SIGKILL', at: (count) => count > 0 });
  assert.match(await grid('down', name), new RegExp(`removed gridrun-${name}-hub`));
  assert.deepEqual(await leftovers(name), []);
});

test('an interrupted grid down says by name what is left, and the next one removes it', options, async () => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    await using named = gridName();
    const { name } = named;
    await gridUp({ name, nodes: 1, sessionsPerNode: 1, port: 0 });
    const { code, stderr } = await cut(['down'], name, { signal, at: (count) => count < 2 });
    if (signal === 'SIGINT' && code !== 0) {
      assert.equal(code, 130, stderr);
      assert.match(
        stderr,
        new RegExp(`interrupted before the grid '${name}' was removed; it still has gridrun-${name}-hub`),
      );
    }
    await grid('down', name);
    assert.deepEqual(await leftovers(name), []);
  }
});
