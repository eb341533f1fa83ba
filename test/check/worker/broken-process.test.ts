import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptOutcome } from '../../../src/core/ports.ts';
import { checkFile } from '../module-kinds.ts';
import { siteNamed, startBench, statuses, type Bench } from '../suite-bench.ts';
import { BREAKAGES, type Breakage } from './broken-process.ts';

// Whatever a check does to its process, its attempt ends, its site has no cause but the check, and sites beside it and after
// it pass. GRIDRUN_BREAKAGES=all tries them all, alone and with a neighbor, in about 10 minutes; a text, those named so.
const WANTED = process.env['GRIDRUN_BREAKAGES'] ?? '';
const SHORT = [
  'Object.prototype.toJSON',
  'no way to the parent',
  'the end of the process',
  'a difference of thousands of lines',
];
const LIMIT_MS = 4_000;

const SUITE = (code: string): string => `
it('opens', async () => { await driver.get(site.url); });
it('breaks', async function () {
  await driver.getTitle();
  if (site.id === 'bad') { ${code} }
  for (let nth = 0; nth < 4; nth++) await driver.getTitle();
});
it('looks', async () => { assert.equal(await driver.getTitle(), 'a page'); });`;

/** Tries a site until an attempt counts, as the dispatcher does. */
async function judged(bench: Bench, id: string, slot: number): Promise<AttemptOutcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await bench.attempt({ slot, attempt, site: siteNamed(id), siteTimeoutMs: LIMIT_MS });
    if (outcome.ending !== 'faulted' || attempt === 5) return outcome;
  }
}

function assertBlamesCheck(name: string, { isHarmless = false }: Breakage, outcome: AttemptOutcome): void {
  const faults = [outcome.fault, ...outcome.checks.map(({ fault }) => fault)].filter((fault) => fault !== undefined);
  const text = `${name}: ${outcome.ending} ${statuses(outcome).join()} ${faults.map(({ code, message }) => `${code} ${message.slice(0, 300)}`).join('\n')}`;
  if (isHarmless) return assert.deepEqual(faults, [], text);
  assert.ok(faults.length > 0, text);
  for (const { cause } of faults) assert.equal(cause, 'check', text);
}

async function tryWith(name: string, breakage: Breakage, sessions: number): Promise<void> {
  await using bench = await startBench({
    files: checkFile('esm', SUITE(breakage.code)),
    checkTimeoutMs: 3_000,
    stallLimitMs: 2_000,
    sessions,
    evidence: 'none',
    stub: { latencyMs: 10 },
  });
  const beside = Array.from({ length: sessions - 1 }, (_, index) => `beside-${index}`);
  const [bad, ...others] = await Promise.all(['bad', ...beside].map((id, slot) => judged(bench, id, slot)));
  assertBlamesCheck(name, breakage, bad!);
  for (const outcome of [...others, await judged(bench, 'next', 0)])
    assert.deepEqual(statuses(outcome), ['opens: passed', 'breaks: passed', 'looks: passed'], name);
}

for (const [name, breakage] of Object.entries(BREAKAGES)) {
  const isWanted = WANTED === '' ? SHORT.includes(name) : WANTED === 'all' || name.includes(WANTED);
  if (!isWanted) continue;
  test(`an attempt ends, and the check is to blame, with ${name}`, async () => await tryWith(name, breakage, 2));
  if (WANTED !== '') test(`the same, alone in its process: ${name}`, async () => await tryWith(name, breakage, 1));
}
