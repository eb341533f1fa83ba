import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectationsUpdateText } from '../../../src/report/look-back/expectations-text.ts';

test('what an update did to a file', () => {
  assert.equal(expectationsUpdateText({ added: [], removed: [] }, 'e.yaml'), 'e.yaml is up to date with this run\n');
  assert.equal(
    expectationsUpdateText(
      { added: [{ site: 'a', check: 't\u001b[2J' }, { site: 'b' }], removed: [{ site: 'c' }] },
      'e.yaml',
    ),
    'e.yaml: 2 added, 1 removed\n  + a: t\n  + b\n  - c\nnext: replace each TODO with a reason and an owner\n',
  );
  const many = Array.from({ length: 40 }, (_, index) => ({ site: `s${index}` }));
  assert.match(expectationsUpdateText({ added: [], removed: many }, 'e'), /\n {2}- … and 10 more\n$/);
});
