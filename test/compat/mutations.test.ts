import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mergeReports } from '../../src/app/merge.ts';
import { compare, rebuildHistory } from '../../src/app/past-runs.ts';
import { GridrunError } from '../../src/core/fault.ts';
import { mutateJournal, mutateResults } from '../support/mutate.ts';
import { randomFrom } from '../support/random.ts';

// Journals and results that anyone may have changed, each merged, compared and put into a history. GRIDRUN_MUTATIONS
// says how many, GRIDRUN_MUTATION_SEED which is the first.
const COUNT = Number(process.env['GRIDRUN_MUTATIONS'] ?? 2000);
const FIRST = Number(process.env['GRIDRUN_MUTATION_SEED'] ?? 1);

const WRITTEN = fileURLToPath(new URL('first-version/', import.meta.url));
const JOURNALS = ['killed', 'stopped', 'merged', 'night-1', 'night-2', 'sweep', 'shards/1', 'shards/2'].map((name) =>
  readFileSync(join(WRITTEN, name, 'events.ndjson'), 'utf8'),
);
const RESULTS = ['merged', 'night-1', 'night-2', 'sweep'].map((name) =>
  readFileSync(join(WRITTEN, name, 'results.json'), 'utf8'),
);

// In memory if possible: thousands of small files are synced to the disk.
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gridrun-mutations-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command. It must end with a verdict, or be refused as bad input; every other error is a fault of gridrun. */
async function holds(work: () => Promise<{ readonly exitCode: number }>): Promise<string> {
  try {
    const { exitCode } = await work();
    assert.ok([0, 1, 3, 130].includes(exitCode), `exit ${exitCode}`);
    return 'done';
  } catch (error) {
    if (!(error instanceof GridrunError) || error.answer !== 'refuse') throw error;
    assert.match(error.message, /\S/);
    return 'refused';
  }
}

function assertNoForeignFile(): void {
  const paths = readFileSync(join(folder, 'merged/junit.xml'), 'utf8').matchAll(/\[\[ATTACHMENT\|(.*?)\]\]/g);
  for (const [, path = ''] of paths)
    assert.match(path, /^merged\/(?!.*(?:^|[/\\])\.\.(?:[/\\]|$))/, 'an attachment outside of the results folder');
}

async function tryJournal(bytes: Buffer): Promise<string> {
  for (const name of ['in', 'merged']) rmSync(join(folder, name), { recursive: true, force: true });
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/events.ndjson'), bytes);
  const merged = await holds(() =>
    mergeReports({ cwd: folder, folders: ['in'], out: 'merged', reporters: [{ name: 'junit' }, { name: 'html' }] }),
  );
  if (merged === 'done') assertNoForeignFile();
  const compared = await holds(() => compare(join(WRITTEN, 'night-1'), join(folder, 'in'), 1, false));
  const remembered = await holds(() => rebuildHistory(join(folder, 'history'), [join(folder, 'in')]));
  return `${merged}, ${compared}, ${remembered}`;
}

async function tryResults(bytes: Buffer): Promise<string> {
  mkdirSync(join(folder, 'results'), { recursive: true });
  writeFileSync(join(folder, 'results/results.json'), bytes);
  const known = join(WRITTEN, 'night-2');
  const before = await holds(() => compare(join(folder, 'results'), known, 1, false));
  return `${before}, ${await holds(() => compare(known, join(folder, 'results'), 1, false))}`;
}

async function each(seeds: Iterable<number>, what: (random: () => number) => Promise<string>): Promise<Set<string>> {
  const endings = new Set<string>();
  for (const seed of seeds) {
    try {
      endings.add(await what(randomFrom(seed)));
    } catch (error) {
      throw new Error(`seed ${seed}: GRIDRUN_MUTATIONS=1 GRIDRUN_MUTATION_SEED=${seed}`, { cause: error });
    }
  }
  return endings;
}

const seeds = Array.from({ length: COUNT }, (_, index) => FIRST + index);
const oneOf = (texts: readonly string[], random: () => number): string =>
  texts[Math.floor(random() * texts.length)] as string;

test(`${COUNT} mutated journals are merged, compared and remembered, or refused`, async () => {
  const endings = await each(seeds, (random) => tryJournal(mutateJournal(oneOf(JOURNALS, random), random)));
  if (COUNT >= 100) assert.ok(endings.has('done, done, done') && endings.has('refused, refused, refused'));
});

test(`${COUNT} mutated results are compared, or refused`, async () => {
  const endings = await each(seeds, (random) => tryResults(mutateResults(oneOf(RESULTS, random), random)));
  if (COUNT >= 100) assert.ok(endings.has('done, done') && endings.has('refused, refused'));
});
