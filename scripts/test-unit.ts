import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { unitTests } from './unit-tests.ts';

const files = unitTests();
console.log(`${files.length} files with unit tests`);
const args = [
  '--conditions=gridrun-source',
  '--test',
  '--test-reporter=dot',
  `--test-concurrency=${availableParallelism()}`,
  ...process.argv.slice(2),
  ...files,
];
const child = spawn(process.execPath, args, { stdio: 'inherit' });
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
