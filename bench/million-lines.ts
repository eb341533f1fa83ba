import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chunk } from '../src/plan/chunk.ts';
import { expectedDurations } from '../src/plan/durations.ts';
import { readSites } from '../src/sites/read.ts';

// Reads and plans a million lines of text, CSV and NDJSON, each in a separate process, and prints a Markdown table.
// The target: 10 s and 600 MB each. Run `node bench/million-lines.ts [lines]`.

const TARGET = { seconds: 10, megabytes: 600 };
const CSV_HEADER = 'url,id,tags,data.rank\n';

const LINES: Readonly<Record<string, (index: number) => string>> = {
  'domains.txt': (index) => `site-${index}.example-${index % 977}.com\n`,
  'paths.txt': (index) => `https://www.example-${index % 97_771}.org/login?step=${index}\n`,
  'tranco.csv': (index) => `${index + 1},site-${index}.example-${index % 977}.com\n`,
  'sites.csv': (index) => `https://www.example-${index}.com/login,site-${index},login;t${index % 7},${index}\n`,
  'strings.ndjson': (index) => `"site-${index}.example-${index % 977}.com"\n`,
  'objects.ndjson': (index) =>
    `{"url":"https://www.example-${index}.com/login","id":"site-${index}","tags":["login"],"data":{"rank":${index}}}\n`,
};

interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly sites: number;
  readonly units: number;
}

/** Runs in the child process: reads and plans one list. */
async function measure(file: string): Promise<Measured> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const { sites } = await readSites(file, { cwd: '.' });
  const units = chunk(sites, { sessions: 100, chunkSize: 'auto', expectedMs: expectedDurations() });
  const cpu = process.cpuUsage(cpuBefore);
  return {
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    seconds: (performance.now() - startedAt) / 1000,
    // getrusage reports kB on every system that Node supports.
    megabytes: process.resourceUsage().maxRSS / 1024,
    sites: sites.length,
    units: units.length,
  };
}

async function write(file: string, header: string, line: (index: number) => string, count: number): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(header);
  let batch = '';
  for (let index = 0; index < count; index++) {
    batch += line(index);
    if (batch.length < 262_144) continue;
    if (!stream.write(batch)) await once(stream, 'drain');
    batch = '';
  }
  stream.end(batch);
  await once(stream, 'close');
}

async function main(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-million-'));
  try {
    console.log(
      '| list | lines | sites | units | seconds | CPU seconds | peak RSS in MB | within target |\n| --- | --: | --: | --: | --: | --: | --: | --- |',
    );
    for (const [name, line] of Object.entries(LINES)) {
      const file = join(folder, name);
      await write(file, name === 'sites.csv' ? CSV_HEADER : '', line, count);
      const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', file], {
        encoding: 'utf8',
      });
      if (child.status !== 0) throw new Error(`${name}: ${child.stderr}`);
      const { seconds, cpuSeconds, megabytes, sites, units } = JSON.parse(child.stdout) as Measured;
      const isWithin = seconds <= TARGET.seconds && megabytes <= TARGET.megabytes;
      if (!isWithin) process.exitCode = 1;
      console.log(
        `| ${name} | ${count} | ${sites} | ${units} | ${seconds.toFixed(1)} | ${cpuSeconds.toFixed(1)} | ${megabytes.toFixed(0)} | ${isWithin ? 'yes' : 'no'} |`,
      );
      await rm(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [first, file] = process.argv.slice(2);
if (first === '--measure') console.log(JSON.stringify(await measure(file ?? '')));
else await main(Number(first ?? 1_000_000));
