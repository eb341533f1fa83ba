import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveCorpus } from '../test/corpus/corpus-server.ts';
import { missing } from '../test/support/machine.ts';
import { ROOT, startDemoSites } from '../test/support/demo.ts';
import { PairedRuns } from './support/paired-runs.ts';

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

const folder = await mkdtemp(join(tmpdir(), 'gridrun-bench-'));
try {
  const runs = new PairedRuns({
    folder,
    rounds: Number(values.rounds),
    sessions: values.sessions,
    arms: [
      { name: 'none', flags: ['--evidence', 'none'] },
      { name: 'failures', flags: ['--evidence', 'failures'] },
    ],
  });
  runs.printHead();
  if (values.only !== 'pages') {
    await using demo = await startDemoSites();
    const sites = join(folder, 'demo.json');
    await writeFile(sites, demo.list);
    await writeFile(join(folder, 'demo.config.mjs'), 'export default {};\n');
    await runs.compare('the demo: 33 sites × 4 checks', [
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
    await runs.compare(`${pages.length} captured pages × 1 check`, [
      '--sites',
      sites,
      '--config',
      `${ROOT}examples/corpus/gridrun.config.ts`,
    ]);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
