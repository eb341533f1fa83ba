import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, withPath } from '../../src/modules/user-frames.ts';

const skip = process.platform === 'win32' && 'the URLs are of POSIX paths';

test('a frame points to its file, whatever the path contains', { skip }, () => {
  const places: Readonly<Record<string, string>> = {
    'file:///a/b.ts:3': '/a/b.ts:3',
    '/a (b)/c.cjs:4': '/a (b)/c.cjs:4',
    '    at file:///C%23%3F%20100%2520%20(%C3%BC)/x.ts:7:1': '/C#? 100%20 (ü)/x.ts:7',
    '    at async file:///a/x.ts:7:1': '/a/x.ts:7',
    '    at Context.<anonymous> (file:///a%20(b)/x.ts:7:1)': '/a (b)/x.ts:7',
    '    at Object.<anonymous> (/a (b) [c] & $HOME/x.cjs:2:30)': '/a (b) [c] & $HOME/x.cjs:2',
    '    at new Page [as x] (C:\\some (x86)\\x.cjs:2:30)': 'C:\\some (x86)\\x.cjs:2',
  };
  const read = Object.keys(places).map((frame) => {
    const place = placeOf(frame);
    return [frame, `${place?.file}:${place?.line}`];
  });
  assert.deepEqual(Object.fromEntries(read), places);
  for (const frame of ['    at async Promise.all (index 0)', '    at node:internal/x:1:2', 'Error: /a/b is odd', ''])
    assert.equal(placeOf(frame), undefined, frame);
});

test('a frame is shown with a path, not with an encoded URL', { skip }, () => {
  assert.equal(withPath('at x (file:///a%20(b)/c%23.ts:3:5)'), 'at x (/a (b)/c#.ts:3:5)');
  assert.equal(withPath('at file:///a%2520b/c.ts:3:5'), 'at /a%20b/c.ts:3:5');
  assert.equal(withPath('at x (/a/b.cjs:3:5)'), 'at x (/a/b.cjs:3:5)');
});
