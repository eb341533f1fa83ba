import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

// 100,000 mutated inputs: lists, journals, results, and answers of a grid. npm run test:mutations
process.env['GRIDRUN_MUTATIONS'] ??= '27000';
process.env['GRIDRUN_MUTATED_ANSWERS'] ??= '20000';

const files = ['lists.test.ts', 'answers.test.ts', '../compat/mutations.test.ts'];
// The answers mostly wait, so they run beside the others.
run({ files: files.map((file) => join(import.meta.dirname, file)), concurrency: 2 })
  .on('test:fail', () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout);
