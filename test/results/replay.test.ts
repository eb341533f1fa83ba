import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { stoppedByBail } from '../../src/core/case-tally.ts';
import type { RunEvent, Undated } from '../../src/core/event.ts';
import { GridrunError } from '../../src/core/fault.ts';
import { foldEvents } from '../../src/results/fold.ts';
import { parseJournal, replay } from '../../src/results/replay.ts';
import { FakeRun, failed, passed, siteOf, variedRun } from '../support/run-events.ts';
import { collect } from '../support/collect.ts';

async function read(bytes: Uint8Array, chunkSize = bytes.length || 1): Promise<RunEvent[]> {
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += chunkSize) chunks.push(bytes.subarray(start, start + chunkSize));
  return collect(parseJournal(chunks, 'events.ndjson'));
}

test('every byte prefix of a journal replays, to a prefix of its events, with one verdict a planned site', async () => {
  const run = variedRun().ended();
  const journal = run.journal();
  const ends = new Set([...journal.keys()].filter((index) => journal[index] === 0x0a));
  let whole = 0;
  for (let length = 0; length <= journal.length; length++) {
    if (ends.has(length - 1)) whole++;
    const events = await read(journal.subarray(0, length));
    assert.equal(events.length, whole, `${length} bytes`);
    if (!ends.has(length - 1)) continue;
    assert.deepEqual(events, run.events.slice(0, whole));
    const state = await foldEvents(events);
    const planned = whole >= 2 ? 8 : 0;
    assert.equal([...state.sites()].length, planned);
    assert.equal(
      Object.values(state.counts()).reduce((sum, count) => sum + count),
      planned,
    );
  }
  assert.equal(whole, run.events.length);
});

test('any journal, cut anywhere and read in pieces of any size, replays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.boolean()), { maxLength: 6 }),
      fc.nat(),
      fc.integer({ min: 5, max: 500 }),
      async (sites, cut, chunkSize) => {
        const run = new FakeRun(
          sites.map((_, index) => siteOf(`s${index}`)),
          ['t'],
        );
        for (const [index, [text, good]] of sites.entries()) {
          run.attempt(`s${index}`, [good ? passed('t') : failed('t', text)]).judged(`s${index}`);
        }
        const journal = run.ended().journal();
        const events = await read(journal.subarray(0, cut % (journal.length + 1)), chunkSize);
        assert.deepEqual(events, run.events.slice(0, events.length));
      },
    ),
  );
});

const refused = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof GridrunError);
  assert.equal(error.code, code);
  assert.equal(error.answer, 'refuse');
  assert.match(error.message, message);
  return true;
};

test('a torn line that is not the last is refused by its number', async () => {
  const lines = variedRun().journal().toString().split('\n');
  lines[3] = (lines[3] ?? '').slice(0, 20);
  await assert.rejects(
    read(Buffer.from(lines.join('\n'))),
    refused('journal.line', /^line 4 of the journal events\.ndjson is not a JSON object/),
  );
});

test('lines that are no events are refused by what is wrong with them', async () => {
  const head = `${JSON.stringify(new FakeRun([], []).events[0])}\n`;
  const cases: readonly (readonly [string | Buffer, RegExp])[] = [
    ['{"type":"site-teleported","at":1}\n', /unknown type "site-teleported"/],
    ['{"type":"slot-idle","at":1,"slot":"1","why":"x"}\n', /slot-idle whose slot is not a whole number/],
    ['{"type":"site-judged","at":1,"verdict":{}}\n', /site-judged whose verdict\.siteId is missing/],
    ['{"at":1}\n', /without a type/],
    ['{"type":"notice"}\n', /notice without a date/],
    ['\n', /line 2 .* not a JSON object/],
    [Buffer.from([0xff, 0x0a]), /not a JSON object/],
  ];
  for (const [line, message] of cases) {
    await assert.rejects(read(Buffer.concat([Buffer.from(head), Buffer.from(line)])), refused('journal.line', message));
  }
});

test('a line is refused by the field that is wrong, however deep it is', async () => {
  const run = new FakeRun([siteOf('a')], ['t']).attempt('a', [failed('t', 'no')]).judged('a');
  const changed = (change: (event: never) => void, type: RunEvent['type']): Buffer => {
    const events = structuredClone(run.events);
    change(events.find((event) => event.type === type) as never);
    return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  };
  const attached = (path: string): Buffer =>
    changed((event: { verdict: { checks: [{ attachments: unknown }] } }) => {
      event.verdict.checks[0].attachments = [{ name: 'x', path, contentType: 'text/plain' }];
    }, 'site-judged');
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [
      changed((event: { shard: unknown }) => (event.shard = { index: 0, total: 0 }), 'run-started'),
      /shard is not a part/,
    ],
    [changed((event: { sites: unknown[] }) => (event.sites[0] = null), 'sites-planned'), /sites\[0\] is not an object/],
    [changed((event: { at: unknown }) => (event.at = 2 ** 53), 'sites-planned'), /at is not a date/],
    [
      changed((event: { verdict: { checks: unknown[] } }) => (event.verdict.checks[0] = null), 'site-judged'),
      /line 5 .* site-judged whose verdict\.checks\[0\] is not an object/,
    ],
    [
      changed((event: { attempt: { checks: [{ title: unknown }] } }) => {
        event.attempt.checks[0].title = {};
      }, 'attempt-ended'),
      /line 4 .* attempt-ended whose attempt\.checks\[0\]\.title is not a text/,
    ],
    ...['../../etc/passwd', 'a/../../b', 'a\\..\\b', '/etc/passwd', '\\\\host\\x', 'C:/x', 'a\u0000', 'a\nb', ''].map(
      (path) => [attached(path), /attachments\[0\]\.path is not a relative path/] as const,
    ),
  ];
  for (const [bytes, message] of cases) await assert.rejects(read(bytes), refused('journal.line', message));
  assert.equal((await read(attached('evidence/a/shot.png'))).length, run.events.length);
});

test('a journal into which two runs were written is refused at the second one', async () => {
  const one = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [passed('t')])
    .judged('a')
    .ended()
    .journal();
  const again = one.toString().split('\n').length;
  await assert.rejects(
    read(Buffer.concat([one, one])),
    refused('journal.line', new RegExp(`^line ${again} of the journal events\\.ndjson is the start of another run`)),
  );
});

test('a journal of a newer schema is refused as such, whatever else is new in it', async () => {
  const line = '{"type":"run-started","at":1,"schema":2,"novelty":true}\n{"type":"site-teleported"}\n';
  await assert.rejects(
    read(Buffer.from(line)),
    refused('journal.schema', /of schema 2, and this gridrun reads up to 1/),
  );
});

test('a journal that does not begin with its header is refused', async () => {
  await assert.rejects(
    read(Buffer.from('{"type":"slot-idle","at":1,"slot":1,"why":"x"}\n')),
    refused('journal.line', /not the start of a run/),
  );
});

test('a journal that is not there is refused by its path', async () => {
  await assert.rejects(
    collect(replay('/nowhere/events.ndjson')),
    refused('journal.missing', /no journal at \/nowhere/),
  );
});

test('a journal that is no file is refused, and not waited for', { skip: process.platform === 'win32' }, async () => {
  await assert.rejects(collect(replay('/dev/null')), refused('journal.unreadable', /it is not a file/));
  await assert.rejects(collect(replay(tmpdir())), refused('journal.unreadable', /it is not a file/));
});

test('a journal from before `stoppedBy` was recorded gets it from the text of the stop', async () => {
  const notRun = (siteId: string, reason: string, attempts: number): Undated => ({
    type: 'site-judged',
    verdict: {
      siteId,
      verdict: 'not-run',
      checks: [{ title: 't', status: 'not-run', flaky: false, durationMs: 0, reason }],
      attempts,
      durationMs: 0,
    },
  });
  const run = new FakeRun([siteOf('bailed'), siteOf('tried'), siteOf('cut')], ['t'])
    .add({ type: 'run-stopping', reason: 'max-failures', text: 'stopped by --max-failures 1 (drain)' })
    .add({ type: 'run-stopping', reason: 'interrupted', text: 'interrupted (stop)' })
    .add(notRun('bailed', 'stopped by --max-failures 1', 0))
    .add(notRun('tried', 'stopped by --max-failures 1', 1))
    .add(notRun('cut', 'interrupted', 0))
    .ended('max-failures');
  const state = await foldEvents(parseJournal([run.journal()], 'events.ndjson'));
  assert.deepEqual(
    [...state.sites()].map(({ site, verdict }) => [site.id, verdict.stoppedBy, stoppedByBail(verdict)]),
    [
      ['bailed', 'max-failures', true],
      ['tried', undefined, false],
      ['cut', 'interrupted', false],
    ],
  );
});
