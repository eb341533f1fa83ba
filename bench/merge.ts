import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { CheckResult } from '../src/core/attempt.ts';
import type { RunEvent } from '../src/core/event.ts';
import type { Fault } from '../src/core/fault.ts';
import { judge } from '../src/core/judge.ts';

// Merges the journals of 8 shards with a million test cases (100,000 sites × 10 checks, one failed site in 50) in a separate
// process and prints a Markdown table. The target: 60 s and 1 GB. Run `node bench/merge.ts [sites] [checks]`.

const TARGET = { seconds: 60, megabytes: 1024 };
const SHARDS = 8;

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly exitCode: number;
}

/** Runs in the child process: one merge with its default reports. */
async function measure(folder: string): Promise<Measured> {
  // The command sets this flag too.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { mergeReports } = await import('../src/app/merge.ts');
  const startedAt = performance.now();
  const folders = Array.from({ length: SHARDS }, (_, index) => join(folder, String(index + 1)));
  const { exitCode } = await mergeReports({ cwd: folder, folders, out: 'merged', reporters: [] });
  const cpu = process.cpuUsage();
  return {
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    // getrusage reports kB on every system that Node supports.
    megabytes: process.resourceUsage().maxRSS / 1024,
    exitCode,
  };
}

function* eventsOf(shard: number, siteCount: number, checkCount: number): Generator<RunEvent> {
  const titles = Array.from({ length: checkCount }, (_, index) => `login form: check number ${index} holds`);
  const places = Array.from(
    { length: Math.ceil((siteCount - shard + 1) / SHARDS) },
    (_, index) => index * SHARDS + shard - 1,
  );
  const siteOf = (place: number): { id: string; url: string } => ({
    id: `www_example-${place}_com`,
    url: `https://www.example-${place}.com/login`,
  });
  let at = 1_790_000_000_000;
  yield {
    type: 'run-started',
    at,
    schema: 1,
    run: `run-${shard}`,
    gridrun: '0.1.0',
    host: `machine-${shard}`,
    siteCount: places.length,
    duplicateCount: 0,
    checks: titles.map((title) => ({ title, titlePath: [title], file: 'checks/login.check.ts', tags: [] })),
    planHash: 'f'.repeat(64),
    shard: { index: shard, total: SHARDS },
    sessions: 50,
    grid: 'http://hub:4444',
  };
  for (let start = 0; start < places.length; start += 500) {
    const indexes = places.slice(start, start + 500);
    yield { type: 'sites-planned', at, sites: indexes.map(siteOf), indexes };
  }
  for (const [index, place] of places.entries()) {
    at += 7;
    const { id } = siteOf(place);
    const slot = index % 50;
    const sessionId = `${shard}-${Math.floor(index / 1000)}-${slot}`;
    if (index % 1000 < 50)
      yield {
        type: 'session-opened',
        at,
        sessionId,
        slot,
        node: `http://node-${slot}:5555`,
        browserName: 'chrome',
        browserVersion: '156.0',
        durationMs: 900,
      };
    yield { type: 'attempt-started', at, siteId: id, attempt: 1, slot, sessionId };
    const fault: Fault = {
      code: 'check.failed',
      cause: 'check',
      message: `expected the form of ${id} to have 2 fields, not 1`,
      stack: `AssertionError: expected 2 fields\n    at Context.<anonymous> (checks/login.check.ts:${(place % 6) + 10}:7)`,
    };
    const checks = titles.map((title, nth): CheckResult => ({
      title,
      durationMs: 12 + nth,
      ...(place % 50 === 0 && nth === 3 ? { status: 'failed', fault } : { status: 'passed' }),
    }));
    const attempt = {
      siteId: id,
      attempt: 1,
      arm: 'subject',
      ending: 'completed',
      sessionId,
      node: `http://node-${slot}:5555`,
      startedAt: at,
      durationMs: 1234,
      checks,
    } as const;
    yield { type: 'attempt-ended', at, slot, attempt };
    yield { type: 'site-judged', at, verdict: judge({ siteId: id, planned: titles, attempts: [attempt] }) };
  }
  yield { type: 'run-ended', at, durationMs: at - 1_790_000_000_000, stopped: '', faults: [] };
}

async function write(folder: string, events: Iterable<RunEvent>): Promise<void> {
  await mkdir(folder);
  const stream = createWriteStream(join(folder, 'events.ndjson'));
  let batch = '';
  for (const event of events) {
    batch += `${JSON.stringify(event)}\n`;
    if (batch.length < 262_144) continue;
    if (!stream.write(batch)) await once(stream, 'drain');
    batch = '';
  }
  stream.end(batch);
  await once(stream, 'close');
}

async function main(siteCount: number, checkCount: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-merge-'));
  try {
    for (let shard = 1; shard <= SHARDS; shard++)
      await write(join(folder, String(shard)), eventsOf(shard, siteCount, checkCount));
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', folder], {
      encoding: 'utf8',
    });
    if (child.status !== 0) throw new Error(child.stderr);
    const { seconds, cpuSeconds, megabytes, exitCode } = JSON.parse(child.stdout) as Measured;
    const isWithin = seconds <= TARGET.seconds && megabytes <= TARGET.megabytes;
    if (!isWithin) process.exitCode = 1;
    console.log(
      '| shards | sites | test cases | exit | seconds | CPU seconds | peak RSS in MB | within target |\n| --: | --: | --: | --: | --: | --: | --: | --- |',
    );
    console.log(
      `| ${SHARDS} | ${siteCount} | ${siteCount * checkCount} | ${exitCode} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${megabytes.toFixed(0)} | ${isWithin ? 'yes' : 'no'} |`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [first, second] = process.argv.slice(2);
if (first === '--measure') console.log(JSON.stringify(await measure(second ?? '')));
else await main(Number(first ?? 100_000), Number(second ?? 10));
