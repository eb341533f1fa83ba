import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace, checkFile } from '../support/command.ts';

test('--sites - reads standard input, with a space and with =', async () => {
  await using place = await Workplace.with({ 'x.check.mjs': checkFile('') });
  for (const flags of [['--sites', '-'], ['--sites=-']]) {
    const { code, stdout, stderr } = await place.run(['x.check.mjs', '--list', ...flags], {
      stdin: 'a.example\nb.example\n',
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /2 sites/);
  }
});

test('a report never takes the place of a device or a folder', async () => {
  await using place = await Workplace.with({
    'x.check.mjs': checkFile(''),
    'sites.txt': 'a.example',
    'a-folder/x': '',
  });
  const { code, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.txt', '--reporter', 'junit=a-folder']);
  assert.equal(code, 2);
  assert.match(stderr, /junit=a-folder: exists, but is not a file/);
});
