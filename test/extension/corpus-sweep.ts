import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../../src/index.ts';
import type { ResultsFile } from '../../src/results/results-json.ts';
import { serveCorpus } from '../corpus/corpus-server.ts';
import { ROOT } from '../support/demo.ts';

// Sweeps captured login pages with the demo extension and without any: does a page work as before? Exits 1 where the
// extension broke one: node --conditions=gridrun-source test/extension/corpus-sweep.ts [--pages 100]
const { values } = parseArgs({ options: { pages: { type: 'string', default: '100' } } });
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE localhost , EXCLUDE 127.0.0.1';

const folder = await mkdtemp(join(tmpdir(), 'gridrun-corpus-'));
await using corpus = await serveCorpus();
try {
  const pages = corpus.pages.slice(0, Number(values.pages));
  const list = pages.map((page) => ({ id: page.id, url: corpus.urlOf(page) }));
  await writeFile(join(folder, 'sites.json'), JSON.stringify(list));
  const handle = run({
    cwd: ROOT,
    sites: join(folder, 'sites.json'),
    checks: 'examples/corpus/works.check.ts',
    out: join(folder, 'results'),
    grid: 'local',
    extension: 'examples/extension',
    control: 'none',
    capabilities: { 'goog:chromeOptions': { args: [OFFLINE] } },
  });
  const { counts } = await handle.summary;
  const { sweep } = JSON.parse(await readFile(join(folder, 'results', 'results.json'), 'utf8')) as ResultsFile;
  process.stdout.write(`${list.length} captured login pages: ${JSON.stringify(counts)}\n`);
  process.stdout.write(
    `broken by the extension: ${sweep?.broken.join(', ') || 'none'}; failing in both arms: ${sweep?.failedInBoth.length}; undecided: ${sweep?.undecided.length}\n`,
  );
  process.exitCode = sweep?.broken.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
