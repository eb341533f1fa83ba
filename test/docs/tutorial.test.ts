import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/machine.ts';
import { paper, stepsOf } from './papers.ts';
import { Reader, assertPrinted, shownExit } from './reader.ts';

test(
  'the tutorial from its first line to its last, in a real Chrome: each command does and prints what it says',
  { skip: missing('chrome') },
  async (t) => {
    await using reader = await Reader.with({});
    const steps = stepsOf(paper('docs/tutorial.md'));
    assert.ok(steps.length > 20, `${steps.length} steps`);
    for (const step of steps) {
      if (step.kind === 'file') {
        await reader.write(step.path, step.content);
        continue;
      }
      await t.test(step.command, async () => {
        if (step.command.includes('show-report')) {
          const { code, page } = await reader.serves(step.command);
          assert.equal(code, 0);
          return assert.match(page, /<title>.*gridrun/);
        }
        const { code, output } = await reader.does(step.command);
        assert.equal(code, shownExit(step.shown), output);
        assertPrinted(step.shown, output, step.command);
      });
    }
  },
);
