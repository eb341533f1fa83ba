import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutDriverNoise } from '../../src/text/driver-noise.ts';

const NOISE = [
  '  (Session info: chrome=156)',
  'Stacktrace:',
  '#0 0x5555',
  "Build info: version: '4.48.0'",
  "Host info: host: 'node-1'",
  "System info: os.name: 'Linux'",
  'Driver info: org.openqa.selenium.remote.RemoteWebDriver',
];

for (const noise of NOISE) {
  test(`cuts a message at '${noise.trim()}'`, () => {
    assert.equal(
      withoutDriverNoise(`no such element: #x\nsecond line \n${noise}\nmore`),
      'no such element: #x\nsecond line',
    );
  });
}

test('keeps a message without noise', () => {
  assert.equal(withoutDriverNoise('expected 1\n  Session info is missing'), 'expected 1\n  Session info is missing');
});
