import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HouseCopy } from './house-copy.ts';

const SCRIPT = 'scripts/check-members.ts';

const PLANTED = `
export interface PlantedShape {
  readonly readProperty: number;
  readonly deadProperty: number;
  deadSignature(): void;
}
export class PlantedClass {
  assigned = 0;
  get readGetter(): number { return 1; }
  get deadGetter(): number { return 1; }
  readMethod(): void {}
  deadMethod(): void {}
  forwarded(inner: PlantedClass): void { inner.forwarded(inner); }
}
export type PlantedUnion = { readonly kind: 'a'; readonly deadPart: number } | { readonly kind: 'b' };
export function plantedReader(shape: PlantedShape, one: PlantedClass, union: PlantedUnion): number {
  const { readProperty } = shape;
  one.assigned = 2;
  one.readMethod();
  return union.kind === 'a' ? readProperty : one.readGetter;
}
`;
const DEAD = [
  [4, 'PlantedShape.deadProperty'],
  [5, 'PlantedShape.deadSignature'],
  [8, 'PlantedClass.assigned'],
  [10, 'PlantedClass.deadGetter'],
  [12, 'PlantedClass.deadMethod'],
  [13, 'PlantedClass.forwarded'],
  [15, 'PlantedUnion.deadPart'],
] as const;

test('a property, a method and a getter that nothing reads are faults, whatever a test reads', async () => {
  using house = new HouseCopy();
  house.plant('src/core/planted.ts', PLANTED);
  house.plant(
    'test/core/planted.test.ts',
    "import { PlantedClass } from '../../src/core/planted.ts';\nnew PlantedClass().deadMethod();\n",
  );
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  const found = [...output.matchAll(/^src\/core\/planted\.ts:(\d+): only tests read (\S+);/gm)];
  assert.deepEqual(
    found.map(([, line, member]) => [Number(line), member]),
    DEAD,
  );
});

test('a member is read through a type that it must fit, a spread, a key, or a call that takes anything', async () => {
  using house = new HouseCopy();
  house.plant(
    'src/core/planted.ts',
    `
interface Wanted { readonly fitting: number }
interface Fits { readonly fitting: number }
interface Spread { readonly spread: number }
interface Keyed { readonly keyed: number }
interface Written { readonly written: { readonly deep: number } }
interface Taken { readonly taken: number }
class Port extends URL { override toString(): string { return ''; } }
const read = (wanted: Wanted & { readonly spread: number }): number => wanted.fitting + wanted.spread;
export function plantedReader(fits: Fits, spread: Spread, keyed: Keyed, written: Written, taken: Taken): unknown {
  let other = 0;
  ({ taken: other } = taken);
  const key = 'keyed' as const;
  const wanted: Wanted = fits;
  return [read({ ...wanted, ...spread }), keyed[key], JSON.stringify(written), other, new Port('x:')];
}
`,
  );
  const { output } = await house.run(SCRIPT);
  assert.doesNotMatch(output, /planted/);
});

test('a row for code outside of the repository must be needed', async () => {
  using house = new HouseCopy();
  house.plant(
    'scripts/members/outside-contracts.ts',
    `export const PUBLIC_MODULES = ['src/index.ts', 'src/check/api.ts'];
export const OUTSIDE_CONTRACTS = [{ file: 'src/core/site.ts', owner: 'Site', member: 'id', reason: 'none' }];
export interface OutsideContract { file: string; owner: string; member?: string; reason: string }
`,
  );
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^scripts\/members\/outside-contracts\.ts: src\/core\/site\.ts has no unread Site\.id;/m);
});

test('a setting that leaves files out is a fault', async () => {
  using house = new HouseCopy();
  house.plant('tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext' }, include: ['src/core'] }));
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /members: read only \d+ of \d+ files/);
});
