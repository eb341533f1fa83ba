import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { sameValues } from '../../../../src/check/worker/process/same-values.ts';

test('an object has the same values exactly while no property is replaced, whatever its name is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.integer(), { minKeys: 1 }), fc.nat(), (given, pick) => {
      const object: Record<string, unknown> = { ...given };
      const keys = Object.keys(object);
      const values = Object.values(object);
      const isSame = sameValues(keys);
      assert.equal(isSame(object, values), true);
      object[keys[pick % keys.length]!] = 'replaced';
      assert.equal(isSame(object, values), false);
    }),
  );
});

test('it works in a Node that compiles no strings', () => {
  const file = new URL('../../../../src/check/worker/process/same-values.ts', import.meta.url).href;
  const code = `
    const { sameValues } = await import(${JSON.stringify(file)});
    const isSame = sameValues(['a', 'b']);
    console.log(isSame({ a: 1, b: 2 }, [1, 2]), isSame({ a: 1, b: 3 }, [1, 2]));`;
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', code];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  assert.equal(stdout, 'true false\n', stderr);
});
