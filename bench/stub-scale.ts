import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ProcessTree } from './support/process-tree.ts';
import { startStubHub } from './support/stub-hub.ts';

// Runs many sites on many sessions of a stub hub and measures what gridrun's own processes use. There are no browsers, so
// nothing else is measured. It uses the build: npm run build && node bench/stub-scale.ts --sites 2000 --sessions 200
const { values } = parseArgs({
  options: { sites: { type: 'string', default: '2000' }, sessions: { type: 'string', default: '200' } },
});
const siteCount = Number(values.sites);
const sessions = Number(values.sessions);
const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;
const SAMPLE_EVERY_MS = 250;
const MEGABYTE = 1024 * 1024;

const CHECKS = `
import { driver, site } from 'gridrun/check';
describe('page', () => {
  let title;
  before(async () => { await driver.get(site.url); });
  beforeEach(async () => { title = await driver.getTitle(); });
  for (const name of ['one', 'two', 'three', 'four']) {
    it(name, async () => { if (!title.includes(site.url)) throw new Error('the page of another site: ' + title); });
  }
});
`;

const folder = await mkdtemp(join(tmpdir(), 'gridrun-bench-'));
try {
  using stub = await startStubHub(sessions);
  await writeFile(join(folder, 'page.check.mjs'), CHECKS);
  await writeFile(
    join(folder, 'sites.txt'),
    Array.from({ length: siteCount }, (_, index) => `site${index}.example`).join('\n'),
  );
  const startedAt = performance.now();
  const args = [
    MAIN,
    'page.check.mjs',
    '--sites',
    'sites.txt',
    '--grid',
    stub.url,
    '-j',
    String(sessions),
    '--reporter',
    'dot',
  ];
  const gridrun = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const tree = new ProcessTree(gridrun.pid ?? 0);
  const sampling = setInterval(() => tree.sample(), SAMPLE_EVERY_MS);
  const [code] = (await once(gridrun, 'exit')) as [number];
  clearInterval(sampling);
  const seconds = (performance.now() - startedAt) / 1000;
  const results = JSON.parse(await readFile(join(folder, 'gridrun-results', 'results.json'), 'utf8')) as {
    counts: object;
    sites: unknown[];
  };
  const { processCount, residentBytes, proportionalBytes, eachBytes } = tree.peak;
  const each = eachBytes.map((bytes) => (bytes / MEGABYTE).toFixed(0)).join(' + ');
  console.log(
    '| sites | sessions | exit | verdicts | seconds | processes | memory, shared once (MB): parent + hosts | memory, RSS added (MB) | CPU a site (ms) |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  const cells = [
    siteCount,
    sessions,
    code,
    `${results.sites.length} ${JSON.stringify(results.counts)}`,
    seconds.toFixed(1),
    processCount,
    `${(proportionalBytes / MEGABYTE).toFixed(0)}: ${each}`,
    (residentBytes / MEGABYTE).toFixed(0),
    ((tree.cpuSeconds * 1000) / siteCount).toFixed(1),
  ];
  console.log(`| ${cells.join(' | ')} |`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
