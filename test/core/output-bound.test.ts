import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputBound } from '../../src/core/output-bound.ts';

test('output passes up to the limit of characters, and the cut is said once', () => {
  const bound = new OutputBound({ maxChars: 10, maxWrites: 100 });
  assert.equal(bound.take('12345'), '12345');
  assert.match(bound.take('67890abc') ?? '', /^67890\n… the rest of the output is left out/);
  assert.equal(bound.take('more'), undefined);
});

test('output passes up to the limit of writes', () => {
  const bound = new OutputBound({ maxChars: 100, maxWrites: 2 });
  assert.deepEqual([bound.take('a'), bound.take('b')], ['a', 'b']);
  assert.match(bound.take('c') ?? '', /left out/);
  assert.equal(bound.take('d'), undefined);
});
