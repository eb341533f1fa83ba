import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { whatChanged, type NightAnswer, type TwoNights } from '../../src/core/nights.ts';

const ANSWERS: readonly NightAnswer[] = ['fails', 'passes', 'unsure'];
const TWO_NIGHTS: fc.Arbitrary<TwoNights> = fc.record({
  newBuild: fc.record({ tonight: fc.constantFrom(...ANSWERS), before: fc.constantFrom(...ANSWERS) }),
  oldBuild: fc.record({ tonight: fc.constantFrom(...ANSWERS), before: fc.constantFrom(...ANSWERS) }),
});

/** `new build tonight, before; old build tonight, before`: `F` fails, `P` passes, `?` unsure. */
function nights(letters: string): TwoNights {
  const [a, b, c, d] = [...letters].map((letter) => (letter === 'F' ? 'fails' : letter === 'P' ? 'passes' : 'unsure'));
  return { newBuild: { tonight: a!, before: b! }, oldBuild: { tonight: c!, before: d! } };
}

test('each clear table has one word', () => {
  const words = ['FFPP', 'FPFP', 'FPPP', 'FFFP', 'FFFF', 'PPPP', 'PFPF', 'FPPF'].map((letters) => [
    letters,
    whatChanged(nights(letters)),
  ]);
  assert.deepEqual(words, [
    ['FFPP', 'extension'],
    ['FPFP', 'site'],
    ['FPPP', 'both'],
    ['FFFP', 'both'],
    ['FFFF', 'unclear'],
    ['PPPP', 'unclear'],
    ['PFPF', 'unclear'],
    ['FPPF', 'unclear'],
  ]);
});

test('an answer that is not sure makes the table unclear', () => {
  fc.assert(
    fc.property(TWO_NIGHTS, (table) => {
      const all = [table.newBuild.tonight, table.newBuild.before, table.oldBuild.tonight, table.oldBuild.before];
      if (all.includes('unsure')) assert.equal(whatChanged(table), 'unclear');
    }),
  );
});

test('swapping the builds with the nights swaps extension and site', () => {
  fc.assert(
    fc.property(TWO_NIGHTS, ({ newBuild, oldBuild }) => {
      const turned: TwoNights = {
        newBuild: { tonight: newBuild.tonight, before: oldBuild.tonight },
        oldBuild: { tonight: newBuild.before, before: oldBuild.before },
      };
      const swapped = { extension: 'site', site: 'extension', both: 'both', unclear: 'unclear' } as const;
      assert.equal(whatChanged(turned), swapped[whatChanged({ newBuild, oldBuild })]);
    }),
  );
});

test('a build is blamed alone only if it failed on both pages, and the other one on none', () => {
  fc.assert(
    fc.property(TWO_NIGHTS, (table) => {
      if (whatChanged(table) !== 'extension') return;
      assert.deepEqual(
        [table.newBuild.tonight, table.newBuild.before, table.oldBuild.tonight, table.oldBuild.before],
        ['fails', 'fails', 'passes', 'passes'],
      );
    }),
  );
});
