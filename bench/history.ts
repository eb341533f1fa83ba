import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckResult } from '../src/core/attempt.ts';
import type { RunEvent } from '../src/core/event.ts';
import { judge } from '../src/core/judge.ts';
import { History } from '../src/history/history.ts';
import { foldJournal } from '../src/results/fold.ts';

// Adds 30 runs of 2,000 sites × 10 checks to a history and prints a Markdown table. The target: reading the journal of one
// run and adding it takes at most 2 s. Run `node bench/history.ts [runs] [sites] [checks]`.

const TARGET_MS = 2000;
const [runs = 30, sites = 2000, checks = 10] = process.argv.slice(2).map(Number);

function journalOf(night: number): string {
  const at = Date.UTC(2026, 0, 1) + night * 86_400_000;
  const titles = Array.from({ length: checks }, (_, index) => `login form ${index} works`);
  const planned = Array.from({ length: sites }, (_, index) => ({
    id: `site-${index}`,
    url: `https://site-${index}.example/login`,
  }));
  const events: RunEvent[] = [
    {
      type: 'run-started',
      at,
      schema: 1,
      run: `night-${night}`,
      gridrun: '0.1.0',
      host: 'bench',
      siteCount: sites,
      duplicateCount: 0,
      planHash: 'bench',
      shard: { index: 1, total: 1 },
      sessions: 1,
      grid: 'local',
      checks: titles.map((title) => ({ title, titlePath: [title], file: 'a.check.ts', tags: [] })),
    },
    { type: 'sites-planned', at, sites: planned },
    {
      type: 'session-opened',
      at,
      sessionId: 's',
      slot: 0,
      node: 'n',
      browserName: 'chrome',
      browserVersion: '156.0',
      durationMs: 1,
    },
  ];
  for (const [index, { id }] of planned.entries()) {
    const isBroken = (index + night) % 17 === 0;
    const results = titles.map((title, place): CheckResult =>
      isBroken && place === 0
        ? {
            title,
            status: 'failed',
            durationMs: 5,
            fault: {
              code: 'check.failed',
              cause: 'check',
              message: `no form on ${id}`,
              stack: 'Error: x\n    at a.check.ts:3:5',
            },
          }
        : { title, status: 'passed', durationMs: 5 },
    );
    const attempt = {
      siteId: id,
      attempt: 1,
      arm: 'subject',
      ending: 'completed',
      sessionId: 's',
      startedAt: at,
      durationMs: 900 + ((index * night) % 300),
      checks: results,
    } as const;
    events.push(
      { type: 'attempt-ended', at, slot: 0, attempt },
      { type: 'site-judged', at, verdict: judge({ siteId: id, planned: titles, attempts: [attempt] }) },
    );
  }
  events.push({ type: 'run-ended', at, durationMs: 1000, stopped: '', faults: [] });
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const startedAt = performance.now();
  const value = await work();
  return { ms: performance.now() - startedAt, value };
}

const folder = await mkdtemp(join(tmpdir(), 'gridrun-history-'));
try {
  const path = join(folder, 'history.sqlite');
  const journal = join(folder, 'events.ndjson');
  let slowest = { readMs: 0, openMs: 0, feedMs: 0 };
  const totals: number[] = [];
  for (let night = 1; night <= runs; night++) {
    writeFileSync(journal, journalOf(night));
    const read = await timed(() => foldJournal(journal));
    const opened = await timed(() => History.open(path));
    using history = opened.value;
    const fed = await timed(() => history.feed(read.value));
    const totalMs = read.ms + opened.ms + fed.ms;
    if (totalMs > Math.max(0, ...totals)) slowest = { readMs: read.ms, openMs: opened.ms, feedMs: fed.ms };
    totals.push(totalMs);
  }
  using history = History.open(path);
  const [durations, story] = [await timed(() => history.durations()), await timed(() => history.story('site-7'))];
  const { size } = await stat(path);
  const worstMs = Math.max(...totals);
  const ms = (value: number): string => value.toFixed(0);
  console.log(`${runs} runs × ${sites} sites × ${checks} checks, ${(size / 1e6).toFixed(1)} MB`);
  console.log('| what | ms |\n| --- | --: |');
  console.log(`| one run, the mean | ${ms(totals.reduce((sum, one) => sum + one, 0) / totals.length)} |`);
  console.log(`| one run, the slowest | ${ms(worstMs)} |`);
  console.log(`| of that: reading its journal | ${ms(slowest.readMs)} |`);
  console.log(`| of that: opening the history | ${ms(slowest.openMs)} |`);
  console.log(`| of that: feeding | ${ms(slowest.feedMs)} |`);
  console.log(`| all durations (${durations.value.size}) | ${ms(durations.ms)} |`);
  console.log(`| one site's story (${story.value.runs.length} runs) | ${ms(story.ms)} |`);
  console.log(`\ntarget ${TARGET_MS} ms a run: ${worstMs <= TARGET_MS ? 'met' : 'missed'}`);
  if (worstMs > TARGET_MS) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
