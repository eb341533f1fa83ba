import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ResultsFile } from '../src/results/results-json.ts';
import { startStubHub } from './support/stub-hub.ts';

// What a control costs, on a stub hub without browsers: of 100 sites one is dead in both arms, one is broken by the build, and
// one fails every other load. Runs the build (npm run build), each kind of run in turn: npm run bench:control -- --sites 10000
const { values } = parseArgs({
  options: {
    sites: { type: 'string', default: '10000' },
    sessions: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '1' },
  },
});
const siteCount = Number(values.sites);
const sessions = Number(values.sessions);
const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;
const MAX_MORE = 0.25;

const KINDS = {
  'no control': [],
  'control, no sample': ['--control', 'none', '--control-sample', '0%'],
  'control, default sample': ['--control', 'none'],
} as const;

const CHECKS = `
import { driver, extension, site } from 'gridrun/check';
it('works', async () => {
  await driver.get(site.url);
  const kind = Number(/\\d+/.exec(site.id)[0]) % 100;
  if (kind === 10 || (kind === 40 && extension.loaded) || (kind === 70 && Math.random() < 0.5)) throw new Error('no');
});
`;

interface Measured {
  readonly attempts: number;
  readonly seconds: number;
  readonly sessions: number;
  readonly words: string;
  readonly wrong: readonly ResultsFile['sites'][number][];
}

const folder = await mkdtemp(join(tmpdir(), 'gridrun-bench-'));
try {
  using stub = await startStubHub(sessions, ['--bidi', '--extension', 'bench']);
  const grid = stub.url;
  await writeFile(join(folder, 'page.check.mjs'), CHECKS);
  await mkdir(join(folder, 'build'));
  await writeFile(
    join(folder, 'build', 'manifest.json'),
    JSON.stringify({ manifest_version: 3, name: 'bench', version: '1.0' }),
  );
  await writeFile(
    join(folder, 'sites.txt'),
    Array.from({ length: siteCount }, (_, index) => `site${index}.example`).join('\n'),
  );
  console.log('| run | attempts | more | seconds | more | sessions | answers | wrong |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (let round = 0; round < Number(values.rounds); round++) {
    let plain: Measured | undefined;
    for (const [name, flags] of Object.entries(KINDS)) {
      const measured = await measure(grid, flags);
      plain ??= measured;
      print(name, measured, plain);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(grid: string, flags: readonly string[]): Promise<Measured> {
  const out = join(folder, 'out');
  await rm(out, { recursive: true, force: true });
  const args = ['page.check.mjs', '--sites', 'sites.txt', '--grid', grid, '-j', String(sessions), '--reporter', 'dot'];
  const more = ['--out', 'out', '--evidence', 'none', '--extension', 'build', ...flags];
  const startedAt = performance.now();
  const gridrun = spawn(process.execPath, [MAIN, ...args, ...more], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(gridrun, 'exit');
  const seconds = (performance.now() - startedAt) / 1000;
  const results = JSON.parse(await readFile(join(out, 'results.json'), 'utf8')) as ResultsFile;
  const counts = new Map<string, number>();
  for (const { attribution = 'none' } of results.sites) counts.set(attribution, (counts.get(attribution) ?? 0) + 1);
  return {
    attempts: results.sites.reduce((sum, site) => sum + site.attempts, 0),
    seconds,
    sessions: results.sessions.length,
    words: [...counts].map(([word, count]) => `${count} ${word}`).join(', '),
    wrong: flags.length === 0 ? [] : results.sites.filter(({ id, attribution }) => isWrong(id, attribution)),
  };
}

/** With a control: is a site called broken that the build does not break, or one that it breaks called anything else? */
function isWrong(id: string, attribution: string | undefined): boolean {
  const isBroken = Number(/\d+/.exec(id)?.[0]) % 100 === 40;
  return isBroken !== (attribution === 'broken');
}

function print(name: string, measured: Measured, plain: Measured): void {
  const more = (key: 'attempts' | 'seconds'): string => {
    const share = measured[key] / plain[key] - 1;
    if (share > MAX_MORE) process.exitCode = 1;
    return `${(100 * share).toFixed(1)} %${share > MAX_MORE ? ' (more than 25 %)' : ''}`;
  };
  const { attempts, seconds, words, wrong } = measured;
  const cells = [
    name,
    attempts,
    more('attempts'),
    seconds.toFixed(1),
    more('seconds'),
    measured.sessions,
    words,
    wrong.length,
  ];
  console.log(`| ${cells.join(' | ')} |`);
  for (const { id, attribution = 'none', probability = 0, arms } of wrong) {
    const [subject, control] = [arms?.subject, arms?.control].map((loads) => `${loads?.failed} of ${loads?.all}`);
    console.error(
      `${id}: ${attribution}, ${probability.toFixed(3)}; fails ${subject} with the build, ${control} without`,
    );
  }
}
