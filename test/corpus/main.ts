import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countAgreements } from './agreement-count.ts';
import { serveCorpus } from './corpus-server.ts';

// Runs gridrun on the captured login pages and prints the share of fields that the finder got right:
//   node test/corpus/main.ts [--out folder] [-- more flags of gridrun]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'gridrun-results' } },
});
const root = fileURLToPath(new URL('../../', import.meta.url));

await using corpus = await serveCorpus();
const list = join(corpus.folder, 'sites.ndjson');
await corpus.writeList(list);
const flags = ['--config', 'examples/corpus/gridrun.config.ts', '--sites', list, '--out', values.out, ...positionals];
const gridrun = spawn(process.execPath, ['--conditions=gridrun-source', 'src/cli/main.ts', ...flags], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches gridrun by itself; this process stays to serve what is still being checked.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => gridrun.kill('SIGTERM'));
const [code] = (await once(gridrun, 'close')) as [number | null];
const { lines, whole } = await countAgreements(resolve(root, values.out));
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = whole && code === 0 ? 0 : 1;
