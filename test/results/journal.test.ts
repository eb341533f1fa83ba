import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunEvent, Undated } from '../../src/core/event.ts';
import type { GridrunError } from '../../src/core/fault.ts';
import { Journal } from '../../src/results/journal.ts';
import { replay } from '../../src/results/replay.ts';
import { failed, FakeRun, siteOf, variedRun } from '../support/run-events.ts';
import { collect } from '../support/collect.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridrun-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const freshPath = (): string => join(folder, `${++count}.ndjson`);
const undated = ({ at: _at, ...event }: RunEvent): Undated => event;
const idle: Undated = { type: 'slot-idle', slot: 1, why: 'per-host' };

test('an event is in the file when append returns, and reads back as what append returned', async () => {
  const path = freshPath();
  const journal = Journal.open(path);
  const dated: RunEvent[] = [];
  for (const event of variedRun().ended().events) {
    dated.push(journal.append(undated(event)));
    assert.equal(readFileSync(path, 'utf8').split('\n').length - 1, dated.length);
  }
  await journal.close();
  assert.deepEqual(await collect(replay(path)), dated);
});

test('dates never go backwards, whatever the clock does', async () => {
  const times = [5, 9, 3, 12];
  const journal = Journal.open(freshPath(), { now: () => times.shift() ?? 0 });
  assert.deepEqual(
    [1, 2, 3, 4].map(() => journal.append(idle).at),
    [5, 9, 9, 12],
  );
  await journal.close();
});

test('no secret is in the file or in what reporters get', async () => {
  const path = freshPath();
  const journal = Journal.open(path, { secrets: ['hunter2 "&'] });
  const run = new FakeRun([siteOf('a', { url: 'https://a.example/?p=hunter2+%22%26' })], ['t'])
    .attempt('a', [failed('t', 'typed hunter2 "& and {"p":"hunter2 \\"&"}')])
    .judged('a');
  const events = run.events.map((event) => journal.append(undated(event)));
  await journal.close();
  assert.doesNotMatch(readFileSync(path, 'utf8'), /hunter2/);
  assert.doesNotMatch(JSON.stringify(events), /hunter2/);
  assert.match(readFileSync(path, 'utf8'), /typed \*\*\* and/);
});

test('a journal is never overwritten', () => {
  const path = freshPath();
  writeFileSync(path, 'mine');
  assert.throws(() => Journal.open(path), { code: 'journal.open', answer: 'refuse' });
  assert.equal(readFileSync(path, 'utf8'), 'mine');
});

test(
  'a full disk is told once, and what was written replays',
  { skip: existsSync('/dev/full') ? false : 'needs /dev/full' },
  async () => {
    const failures: GridrunError[] = [];
    const journal = Journal.open(freshPath(), {
      onFailure: (error) => failures.push(error),
      open: () => openSync('/dev/full', 'w'),
    });
    assert.equal(journal.append(idle).type, 'slot-idle');
    journal.append(idle);
    await journal.close();
    assert.equal(failures.length, 1);
    assert.equal(failures[0]?.code, 'journal.write');
    assert.match(failures[0]?.message ?? '', /ENOSPC/);
    assert.equal(journal.failure, failures[0]);
  },
);

for (const [name, remove] of [
  ['removed', (path: string) => rmSync(path)],
  ['removed and made again', (path: string) => (rmSync(path), writeFileSync(path, ''))],
] as const) {
  test(`a journal that was ${name} is told at the next sync`, async () => {
    const path = freshPath();
    const failures: GridrunError[] = [];
    const journal = Journal.open(path, { onFailure: (error) => failures.push(error) });
    journal.append(idle);
    await journal.flush();
    assert.equal(journal.failure, undefined);
    remove(path);
    journal.append(idle);
    await journal.close();
    assert.deepEqual(
      failures.map(({ code, message }) => [code, message]),
      [['journal.write', `the journal ${path} was removed during the run`]],
    );
  });
}

test('flush waits for the disk, close can be called twice, and what comes after it is dated but not written', async () => {
  const path = freshPath();
  const journal = Journal.open(path);
  journal.append(idle);
  await journal.flush();
  await Promise.all([journal.close(), journal.close()]);
  await journal.close();
  journal.append(idle);
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 2);
});

test('a process that is killed while it writes leaves a journal that replays, with all that it had said it wrote', async () => {
  const path = freshPath();
  const source = `
    import { Journal } from ${JSON.stringify(new URL('../../src/results/journal.ts', import.meta.url).href)};
    const journal = Journal.open(${JSON.stringify(path)});
    const emit = (event) => journal.append(event);
    emit(${JSON.stringify(undated(new FakeRun([], []).events[0] ?? assert.fail()))});
    for (let slot = 0; ; slot++) {
      emit({ type: 'slot-idle', slot, why: 'x'.repeat(slot % 5000) });
      if (slot % 100 === 0) await new Promise((done) => process.stdout.write(slot + '\\n', done));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  let said = '';
  try {
    for await (const chunk of child.stdout) {
      said += String(chunk);
      if (said.split('\n').length > 5) child.kill('SIGKILL');
    }
  } finally {
    child.kill('SIGKILL');
  }
  await gone;
  const last = Number(said.trimEnd().split('\n').at(-1));
  const events = await collect(replay(path));
  assert.ok(last >= 400 && events.length >= last + 2, `${events.length} events, ${last} said`);
});
