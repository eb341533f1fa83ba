import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killsIn, killTimes } from './kill-times.ts';
import { onStub } from './subjects.ts';

const skip = process.platform !== 'linux' && 'needs /proc and setsid';

// The long form: npm run test:kill9 -- --times 300, and --real --times 20.
test(
  'runs killed anywhere and resumed lose, double and leak nothing, and report as an undisturbed run',
  { skip },
  async () => {
    await onStub(async (subject) => {
      const toll = await killTimes(subject, { times: 6, seed: 3 });
      assert.equal(killsIn(toll), 6);
      assert.deepEqual(toll.wrong, []);
    });
  },
);
