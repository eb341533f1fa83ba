import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { unitTests, whyNotUnit } from '../../scripts/unit-tests.ts';

test('a unit test starts no program and asks for nothing of the machine, and no such test is left out', () => {
  const unit = new Set(unitTests());
  for (const file of globSync('test/**/*.test.ts')) {
    const needs = /from 'node:child_process'|\bmissing\(|HouseCopy|\bWorkplace\b/.test(readFileSync(file, 'utf8'));
    if (unit.has(file)) assert.ok(file === 'test/house/unit-tests.test.ts' || !needs, file);
    else assert.match(whyNotUnit(file) ?? '', /^test\/\S+ imports \S+, which \w+/, file);
  }
  assert.ok(unit.size > 50, `only ${unit.size} unit tests`);
  assert.ok(unit.has('test/dispatch/dispatcher.test.ts'), 'the property tests are unit tests');
});

test('a test is no unit test if a module that it imports starts a program', () => {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'gridrun-unit-'));
  const plant = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  plant('test/support/planted.ts', "import 'node:child_process';\nimport './again.ts';\n");
  plant('test/support/again.ts', "import './planted.ts';\n");
  plant('test/core/far.test.ts', "import '../support/again.ts';\n");
  plant('test/core/near.test.ts', "import '../../src/core/site.ts';\n");
  process.chdir(folder);
  try {
    assert.deepEqual(unitTests(), ['test/core/near.test.ts']);
    assert.equal(
      whyNotUnit('test/core/far.test.ts'),
      'test/support/planted.ts imports node:child_process, which starts another program',
    );
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});
