import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalTitle } from '../../src/report/terminal/terminal-text.ts';
import { shortName } from '../../src/text/short-name.ts';

test('a title of several lines is on one line of the terminal, and is cut', () => {
  assert.equal(terminalTitle('odd\ntitles: a\r\n b'), 'odd titles: a b');
  assert.equal(terminalTitle('x'.repeat(20_000), 10), 'xxxxxxxxxx…');
});

test('an endless title is cut in a report, and says how long it was', () => {
  assert.equal(shortName('signs in'), 'signs in');
  assert.equal(shortName('x'.repeat(20_000)), `${'x'.repeat(1_000)}… (20000 characters)`);
});
