import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile } from '../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../suite-bench.ts';

test('what a check prints is bounded for each attempt, and the next one starts anew', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('logs', () => { for (let line = 0; line < 20_000; line++) console.log('line', line); console.error('x'.repeat(2_000_000)); });",
    ),
  });
  for (const id of ['one', 'two']) {
    assert.deepEqual(statuses(await bench.attempt({ site: siteNamed(id) })), ['logs: passed']);
    const output = bench.output.filter(({ siteId }) => siteId === id);
    assert.ok(output.length <= 5_001, String(output.length));
    assert.match(output.at(-1)?.text ?? '', /the rest of the output is left out/);
  }
});
