import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitForBisect } from '../../src/cli/bisect-exit.ts';
import { Workplace } from '../support/command.ts';
import { missing } from '../support/machine.ts';
import { bisect } from './bisect-place.ts';

test('git bisect run finds the commit that broke a recorded site', { skip: missing('chrome') }, async () => {
  await using place = await Workplace.with({});
  const { culprit, steps, output } = await bisect(place.folder, { commits: 4, planted: 3 });
  assert.equal(culprit, 'change 3', output);
  assert.equal(steps, 2, output);
});

test('only a replay with --bisect changes its exit code, and git sees good, bad, or neither', () => {
  const codes = [0, 1, 2, 3, 4, 70, 130];
  const all = (...args: string[]): number[] => codes.map((code) => exitForBisect(args, code));
  assert.deepEqual(all('replay', 'x.har.zip', '--bisect'), [0, 1, 125, 125, 125, 125, 130]);
  for (const args of [
    ['--config', 'c.json', 'replay', 'x.har.zip', '--bisect'],
    ['--bisect', 'replay', 'x.har.zip'],
    ['replay', 'x.har.zip', '--bisect=1'],
  ])
    assert.deepEqual(all(...args), [0, 1, 125, 125, 125, 125, 130], args.join(' '));
  for (const args of [
    ['replay', 'x.har.zip'],
    ['--sites', 'a', '--bisect'],
    ['replay', 'x', '--bisect=false'],
  ])
    assert.deepEqual(all(...args), codes);
});
