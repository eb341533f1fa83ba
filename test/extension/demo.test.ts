import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildBroken } from '../../examples/extension-broken/build.ts';
import { readExtension } from '../../src/extension/read-extension.ts';

const DEMO = fileURLToPath(new URL('../../examples/extension', import.meta.url));

test('the broken build is the demo extension but for its planted regressions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-broken-'));
  try {
    await buildBroken(folder);
    const [good, broken] = await Promise.all([readExtension(DEMO), readExtension(folder)]);
    assert.deepEqual([good.version, broken.version], ['1.0.0', '1.1.0']);
    const changed = [...good.files]
      .filter(([path, content]) => !broken.files.get(path)?.equals(content))
      .map(([path]) => path);
    assert.deepEqual(changed, ['find-form.js', 'manifest.json']);
    assert.deepEqual([...broken.files.keys()], [...good.files.keys()]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
