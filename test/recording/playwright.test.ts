import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packArchive } from '../../src/recording/write-archive.ts';
import { missing } from '../support/machine.ts';
import { pageFromHar } from './playwright-page.ts';
import { sampleRecording } from './sample-recording.ts';

test('Playwright shows the page of an archive', { skip: missing('chrome') }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gridrun-recording-'));
  const path = join(folder.path, 'x.har.zip');
  const recording = sampleRecording([
    { url: 'https://shop.test/', status: 302, headers: { location: '/home' } },
    {
      url: 'https://shop.test/home',
      body: '<link rel=stylesheet href=a.css><p id=p>hello</p><script src=a.js></script>',
      headers: { 'content-encoding': 'br' },
    },
    { url: 'https://shop.test/a.css', mimeType: 'text/css', body: 'p { color: rgb(1, 2, 3) }' },
    { url: 'https://shop.test/a.js', mimeType: 'text/javascript', body: 'p.textContent += ", world"' },
  ]);
  await writeFile(path, await packArchive(recording));
  const seen = await pageFromHar(path, 'https://shop.test/', async (page) => ({
    text: await page.textContent('#p'),
    color: await page.evaluate('getComputedStyle(p).color'),
  }));
  assert.deepEqual(seen, { text: 'hello, world', color: 'rgb(1, 2, 3)' });
});
