import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveCorpus } from '../test/corpus/corpus-server.ts';
import { missing } from '../test/support/machine.ts';
import { ROOT, startDemoSites } from '../test/support/demo.ts';
import { ProcessTree } from './support/process-tree.ts';

// Measures what `--evidence failures` costs compared with `--evidence none`, in a real Chrome, if every check passes. Each
// round runs both, in alternating order, so that other load on the machine affects both.
// Run `node bench/evidence.ts --rounds 7`. Add `--only demo` or `--only pages` to measure one of the two lists.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    sessions: { type: 'string', default: '2' },
    pages: { type: 'string', default: '60' },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const SAMPLE_EVERY_MS = 100;
const ARMS = ['none', 'failures'] as const;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const folder = await mkdtemp(join(tmpdir(), 'gridrun-bench-'));
try {
  console.log(
    '| list | rounds | wall, none | wall, failures | wall, median of the rounds | CPU, none | CPU, failures | CPU, median of the rounds |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  if (values.only !== 'pages') {
    await using demo = await startDemoSites();
    const sites = join(folder, 'demo.json');
    await writeFile(sites, demo.list);
    await writeFile(join(folder, 'demo.config.mjs'), 'export default {};\n');
    await compare('the demo: 33 sites × 4 checks', [
      `${ROOT}checks/login.check.ts`,
      '--sites',
      sites,
      '--config',
      join(folder, 'demo.config.mjs'),
    ]);
  }
  if (values.only !== 'demo' && missing('corpus') === false) {
    await using corpus = await serveCorpus();
    const sites = join(folder, 'pages.ndjson');
    await corpus.writeList(sites);
    const pages = (await readFile(sites, 'utf8')).split('\n').slice(0, Number(values.pages));
    await writeFile(sites, pages.join('\n'));
    await compare(`${pages.length} captured pages × 1 check`, [
      '--sites',
      sites,
      '--config',
      `${ROOT}examples/corpus/gridrun.config.ts`,
    ]);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(name: string, args: readonly string[]): Promise<void> {
  const costs: Record<(typeof ARMS)[number], Cost[]> = { none: [], failures: [] };
  // One run that does not count, so that the first reads from the disk are not measured.
  await costOf([...args, '--evidence', 'none']);
  for (let round = 0; round < rounds; round++) {
    for (const arm of round % 2 === 0 ? ARMS : ARMS.toReversed())
      costs[arm].push(await costOf([...args, '--evidence', arm]));
  }
  const cells = (['wallMs', 'cpuMs'] as const).flatMap((what) => {
    const [none, failures] = ARMS.map((arm) => costs[arm].map((cost) => cost[what]));
    const changes = failures!.map((ms, round) => (ms / none![round]! - 1) * 100);
    return [
      seconds(none!),
      seconds(failures!),
      `${percent(median(changes))} (${percent(Math.min(...changes))} to ${percent(Math.max(...changes))})`,
    ];
  });
  console.log(`| ${[name, rounds, ...cells].join(' | ')} |`);
}

async function costOf(args: readonly string[]): Promise<Cost> {
  const out = await mkdtemp(join(folder, 'out-'));
  const startedAt = performance.now();
  const main = [
    `--conditions=gridrun-source`,
    `${ROOT}src/cli/main.ts`,
    ...args,
    '-j',
    values.sessions,
    '--out',
    out,
    '--reporter',
    'dot',
  ];
  const gridrun = spawn(process.execPath, main, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  gridrun.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const tree = new ProcessTree(gridrun.pid ?? 0);
  const sampling = setInterval(() => tree.sampleCpu(), SAMPLE_EVERY_MS);
  const [code] = (await once(gridrun, 'close')) as [number];
  clearInterval(sampling);
  const wallMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`not everything passed, so that nothing can be compared: exit ${code}\n${printed}`);
  await rm(out, { recursive: true, force: true });
  return { wallMs, cpuMs: tree.cpuSeconds * 1000 };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function seconds(numbers: readonly number[]): string {
  return `${(median(numbers) / 1000).toFixed(1)} s`;
}

function percent(number: number): string {
  return `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(1)} %`;
}
