import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HouseCopy } from './house-copy.ts';

const SCRIPT = 'scripts/check-format.ts';
/** Formatting a file takes as long in a small repository, and all files take half a minute. */
const FEW = ['package.json', '.prettierrc.json', '.prettierignore', 'scripts', 'src/core/page-print'];

test('an unformatted file is a fault; --write formats it', async () => {
  using house = new HouseCopy(FEW);
  house.plant('src/core/planted.ts', 'export const planted = {a:1}\n');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^src\/core\/planted\.ts: is not formatted; run npm run format$/m);
  assert.equal((await house.run(SCRIPT, '--write')).code, 0);
  assert.equal((await house.run(SCRIPT)).code, 0);
});

test('a settings file whose name starts with a dot is read too', async () => {
  using house = new HouseCopy(FEW);
  const planted = ['.ci/planted.yml', '.oxlintrc.json', '.prettierrc.json'];
  for (const file of planted) house.plant(file, '{"printWidth":120,"singleQuote":true}\n');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  for (const file of planted) assert.ok(output.includes(`${file}: is not formatted`), output);
});

test('a file that was not read is a fault', async () => {
  using house = new HouseCopy(FEW);
  house.plant('.prettierignore', 'src\n');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /format: read only \d+ of \d+ files/);
});
