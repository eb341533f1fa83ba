import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HouseCopy } from './house-copy.ts';

const SCRIPT = 'scripts/check-lint.ts';

/** A fault for each rule that matters most here; all but the last three need the types. */
const PLANTED: readonly (readonly [rule: string, line: string])[] = [
  ['no-floating-promises', 'later();'],
  ['no-misused-promises', '[1].forEach(async () => { await later(); });'],
  ['await-thenable', 'await 1;'],
  ['prefer-promise-reject-errors', "await Promise.reject('no');"],
  ['only-throw-error', "export function thrower(): never { throw 'no'; }"],
  ['no-console', "console.log('hello');"],
  ['no-process-exit', 'process.exit(1);'],
  ['no-explicit-any', 'export let anything: any;'],
];

test('each rule is seen to fail on a fault of its kind', async () => {
  using house = new HouseCopy();
  house.plant(
    'src/core/planted.ts',
    ['async function later(): Promise<void> {}', ...PLANTED.map(([, line]) => line)].join('\n'),
  );
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  for (const [index, [rule]] of PLANTED.entries()) {
    assert.match(output, new RegExp(`${rule}\\)[^\\n]*\\n[^\\n]*src/core/planted\\.ts:${index + 2}:`), rule);
  }
});

test('a function, a list of parameters and a file that are too long are faults, and not at their limits', async () => {
  using house = new HouseCopy();
  const lines = (count: number): string => '  // A line.\n'.repeat(count);
  house.plant('src/core/planted-long.ts', `export function long(): void {\n${lines(44)}}\n`);
  house.plant(
    'scripts/planted-method.ts',
    `export class Planted {\n  async long(): Promise<void> {\n${lines(44)}  }\n}\n`,
  );
  house.plant('src/core/planted-limit.ts', `export function limit(): void {\n${lines(43)}}\n`);
  house.plant('src/core/planted-params.ts', 'export const params = (...given: [_a: 1, _b: 1]): unknown => given;\n');
  house.plant(
    'report-app/planted-params.ts',
    'export function five(_a: 1, _b: 1, _c: 1, _d: 1, _e: 1): void {}\nexport function four(_a: 1, _b: 1, _c: 1, _d: 1): void {}\n',
  );
  house.plant('src/core/planted-file.ts', `export {};\n${'\n'.repeat(250)}`);
  house.plant('src/core/planted-full.ts', `export {};\n${'\n'.repeat(248)}`);
  house.plant(
    'test/core/planted.ts',
    `export function long(_a: 1, _b: 1, _c: 1, _d: 1, _e: 1): void {\n${lines(300)}}\n`,
  );
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  const found = [
    ...output.matchAll(/(max-[a-z-]+)\)[^\n]*\n[^\n]*?((?:src|scripts|report-app|test)\/\S*planted\S*?):(\d+):/g),
  ];
  assert.deepEqual(found.map(([, rule, file, line]) => `${file}:${line} ${rule}`).toSorted(), [
    'report-app/planted-params.ts:1 max-params',
    'scripts/planted-method.ts:2 max-lines-per-function',
    'src/core/planted-file.ts:251 max-lines',
    'src/core/planted-long.ts:1 max-lines-per-function',
  ]);
});

test('a comment that turns off the type check without a description is a fault', async () => {
  using house = new HouseCopy();
  const wrong = (comment: string): string => `${comment}\nexport const planted: number = 'text';\n`;
  for (const name of ['expect-error', 'ignore', 'nocheck']) {
    house.plant(`src/core/planted-${name}.ts`, wrong(`// @ts-${name}`));
    house.plant(`src/core/described-${name}.ts`, wrong(`// @ts-${name} -- the test needs a wrong type`));
  }
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  const found = [...output.matchAll(/ban-ts-comment\)[^\n]*\n[^\n]*src\/core\/([a-z-]+)\.ts:1:/g)].map(
    ([, file]) => file ?? '',
  );
  assert.deepEqual(found.toSorted(), ['planted-expect-error', 'planted-ignore', 'planted-nocheck']);
});

test('each comment that turns off a lint rule names the rule and says why', () => {
  const isExplained = (line: string): boolean =>
    !/\b(ox|es)lint-disable/.test(line) || /lint-disable\S* [\w@/, -]*\w -- \S/.test(line);
  assert.ok(isExplained('// oxlint-disable-next-line no-explicit-any -- checks know the type'));
  assert.ok(!isExplained('// oxlint-disable-next-line no-explicit-any'));
  assert.ok(!isExplained('/* eslint-disable -- all of them */'));
  const root = join(import.meta.dirname, '../..');
  const files = globSync('{src,report-app,scripts}/**/*.{ts,tsx}', { cwd: root });
  assert.ok(files.length > 0);
  for (const file of files) {
    const wrong = readFileSync(join(root, file), 'utf8')
      .split('\n')
      .find((line) => !isExplained(line));
    assert.equal(wrong, undefined, `${file}: add the rule and the reason: oxlint-disable-next-line rule -- reason`);
  }
});

test('the command line may print and exit', async () => {
  using house = new HouseCopy();
  house.plant('src/cli/planted.ts', "console.log('hello');\nprocess.exit(1);\n");
  const { output } = await house.run(SCRIPT);
  assert.doesNotMatch(output, /planted/);
});

test('a setting that leaves files out is a fault, and one that leaves all out too', async () => {
  using house = new HouseCopy();
  const settings = JSON.parse(readFileSync(join(house.folder, '.oxlintrc.json'), 'utf8')) as {
    ignorePatterns: string[];
  };
  house.plant('.oxlintrc.json', JSON.stringify({ ...settings, ignorePatterns: ['src/**'] }));
  const some = await house.run(SCRIPT);
  assert.equal(some.code, 1);
  assert.match(some.output, /oxlint: read only \d+ of \d+ files/);
  house.plant('.oxlintrc.json', JSON.stringify({ ...settings, ignorePatterns: ['**'] }));
  const none = await house.run(SCRIPT);
  assert.equal(none.code, 1);
  assert.match(none.output, /oxlint: read no file at all/);
});

test('no file at all is a fault', async () => {
  using house = new HouseCopy();
  const script = readFileSync(join(house.folder, 'scripts/check-lint.ts'), 'utf8');
  // The script itself must not be among what is counted.
  house.plant('tool/check-lint.ts', script);
  for (const file of ['counted-tool.ts', 'source-files.ts'])
    house.plant(`tool/${file}`, readFileSync(join(house.folder, 'scripts', file), 'utf8'));
  house.remove('src', 'test', 'checks', 'examples', 'bench', 'scripts');
  const { code, output } = await house.run('tool/check-lint.ts');
  assert.equal(code, 1);
  assert.match(output, /oxlint: there is no source file here/);
});
