import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ZOO } from './zoo-pages.ts';
import { LIMITS, runZoo, wrongWith, type Row, type Suite } from './zoo-run.ts';
import { startZoo } from './zoo-server.ts';

// npm run test:zoo [-- --chrome shell] [-- page page …]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { chrome: { type: 'string', default: 'full' } },
});
const chrome = values.chrome === 'shell' ? 'shell' : 'full';
const names = positionals.length === 0 ? Object.keys(ZOO) : positionals;
await using zoo = await startZoo();
let wrongCount = 0;
for (const suite of ['user', 'builtIn'] as const satisfies readonly Suite[]) {
  console.log(`\n${suite === 'user' ? "a user's check" : 'the built-in check'}, limit ${LIMITS.siteMs} ms, ${chrome}`);
  for (const row of await runZoo(zoo, names, { suite, chrome, sessions: availableParallelism() })) show(row);
}
console.log(`\n${names.length} hostile pages, ${wrongCount} rows are not as they must be`);
process.exitCode = wrongCount === 0 ? 0 : 1;

function show(row: Row): void {
  const wrong = wrongWith(row);
  if (wrong !== '') wrongCount++;
  const cells = [row.name.padEnd(22), row.came.padEnd(22), `${row.attempts}`, `${row.longestMs}`.padStart(6)];
  console.log(
    `${wrong === '' ? 'ok   ' : 'WRONG'} ${cells.join(' ')} ${wrong === '' ? '' : `${wrong}: ${row.message}`}`,
  );
}
