import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HouseCopy } from './house-copy.ts';

const SCRIPT = 'scripts/check-deadcode.ts';

test('a file, an export and a dependency that nobody uses are faults', async () => {
  using house = new HouseCopy();
  const manifest = JSON.parse(readFileSync(join(house.folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  house.plant(
    'package.json',
    JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, 'left-pad': '1.3.0' } }),
  );
  house.plant('src/core/planted-file.ts', 'export {};\n');
  house.plant('src/core/planted-export.ts', 'export const used = 1;\nexport const plantedExport = 2;\n');
  house.plant(
    'scripts/check-planted.ts',
    "import { used } from '../src/core/planted-export.ts';\nconsole.log(used);\n",
  );
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^Unused files[^]*^src\/core\/planted-file\.ts/m);
  assert.match(output, /^Unused dependencies[^]*^left-pad/m);
  assert.match(output, /^Unused exports[^]*^plantedExport /m);
});

test('a setting that leaves files out is a fault, and so is a folder without a source', async () => {
  using house = new HouseCopy();
  house.plant('knip.json', JSON.stringify({ entry: ['src/core/site.ts'], project: ['src/core/**/*.ts'] }));
  const some = await house.run(SCRIPT);
  assert.notEqual(some.code, 0);
  assert.match(some.output, /knip: read only \d+ of \d+ files/);
  house.remove('src', 'test', 'checks', 'examples', 'bench');
  const none = await house.run(SCRIPT);
  assert.notEqual(none.code, 0);
  assert.match(none.output, /knip: there is no source file here/);
});
