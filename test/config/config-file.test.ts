import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Workplace, siteList } from '../support/command.ts';
import { loadConfig } from '../../src/config/config-file.ts';

const cwd = mkdtempSync(join(tmpdir(), 'gridrun-config-'));
after(() => rmSync(cwd, { recursive: true, force: true }));

async function settingsOf(name: string, text: string): Promise<unknown> {
  writeFileSync(join(cwd, name), text);
  return (await loadConfig(cwd, name)).settings;
}

test('a config that waits for a promise that never settles is refused', async () => {
  await using place = await Workplace.with({ 'sites.json': siteList('a') });
  for (const text of ['export default new Promise(() => {});', 'await new Promise(() => {}); export default {};']) {
    await place.write('gridrun.config.mjs', text);
    const { code, stderr } = await place.run(['--sites', 'sites.json', '--list']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /cannot load gridrun\.config\.mjs: it waits for a promise that never settles/);
  }
});

test('a config is an object, or a promise of one', async () => {
  assert.deepEqual(await settingsOf('plain.mjs', "export default { sites: 'a' };"), { sites: 'a' });
  assert.deepEqual(await settingsOf('later.mjs', "export default Promise.resolve({ sites: 'a' });"), { sites: 'a' });
  for (const [name, text] of [
    ['none.mjs', 'export {};'],
    ['function.mjs', 'export default () => ({});'],
    ['list.mjs', 'export default [];'],
    ['nothing.mjs', 'export default Promise.resolve();'],
  ] as const)
    await assert.rejects(settingsOf(name, text), { code: 'config.shape' });
  await assert.rejects(settingsOf('broken.mjs', "export default Promise.reject(new Error('no list'));"), {
    code: 'config.unreadable',
    message: /no list/,
  });
});
