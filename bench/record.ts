import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveCorpus } from '../test/corpus/corpus-server.ts';
import { ROOT } from '../test/support/demo.ts';
import { PairedRuns } from './support/paired-runs.ts';

// Measures what `--record failures` costs compared with `--record off`, in a real Chrome, if every check passes. Each round
// runs both, in alternating order, so that other load on the machine affects both.
// Run `npm run bench:record -- --rounds 5 --pages 40`.
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    sessions: { type: 'string', default: '2' },
    pages: { type: 'string', default: '40' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'gridrun-bench-'));
try {
  const runs = new PairedRuns({
    folder,
    rounds: Number(values.rounds),
    sessions: values.sessions,
    arms: [
      { name: 'off', flags: ['--record', 'off'] },
      { name: 'failures', flags: ['--record', 'failures'] },
    ],
  });
  await using corpus = await serveCorpus();
  const sites = join(folder, 'pages.ndjson');
  await corpus.writeList(sites);
  const pages = (await readFile(sites, 'utf8')).split('\n').slice(0, Number(values.pages));
  await writeFile(sites, pages.join('\n'));
  runs.printHead();
  const config = `${ROOT}examples/corpus/gridrun.config.ts`;
  await runs.compare(`${pages.length} captured pages × 1 check`, ['--sites', sites, '--config', config]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
