import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace } from '../support/command.ts';
import { bisect } from './bisect-place.ts';

// `npm run test:replay`: what takes too long for CI. Each needs a real Chrome and git.
for (const planted of [1, 6, 11, 16])
  test(`git bisect run finds the commit among 16 that broke the site: ${planted}`, async () => {
    await using place = await Workplace.with({});
    const { culprit, steps, output } = await bisect(place.folder, { commits: 16, planted });
    assert.equal(culprit, `change ${planted}`, output);
    assert.ok(steps <= 5, output);
  });

test('git bisect run skips a commit whose extension does not load', async () => {
  await using place = await Workplace.with({});
  const { culprit, output } = await bisect(place.folder, { commits: 16, planted: 11, unloadable: 8 });
  assert.equal(culprit, 'change 11', output);
});
