import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { GridrunError } from '../../src/core/fault.ts';
import { readExtension } from '../../src/extension/read-extension.ts';
import { readZip, writeZip } from '../../src/extension/zip.ts';
import { manifestWith, probeExtension, PROBE_FILES } from './probe-extension.ts';

interface Refused {
  readonly code: string;
  readonly text: string;
}

async function refusalOf(path: string): Promise<Refused> {
  return await readExtension(path).then(
    () => assert.fail('it was taken'),
    (error: unknown) => {
      assert.ok(error instanceof GridrunError, String(error));
      assert.equal(error.answer, 'refuse');
      return { code: error.code, text: [error.message, ...error.mistakes].join('\n') };
    },
  );
}

async function refusalOfFiles(files: Readonly<Record<string, string | object>>): Promise<Refused> {
  await using extension = await probeExtension(files);
  return await refusalOf(extension.folder);
}

async function zipWith(names: Readonly<Record<string, number>>): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(JSON.stringify(manifestWith())), 'manifest.json');
  const written = Object.entries(names).map(([name, mode], index) => ({
    name,
    mode,
    standIn: String(index).repeat(name.length),
  }));
  for (const { mode, standIn } of written) zip.addBuffer(Buffer.from('x'), standIn, { mode, compress: false });
  zip.end();
  // yazl refuses such names, so the test writes them into the finished zip.
  const bytes = await buffer(zip.outputStream);
  for (const { name, standIn } of written) {
    for (let at = bytes.indexOf(standIn); at >= 0; at = bytes.indexOf(standIn)) bytes.write(name, at);
  }
  return bytes;
}

test('a folder, its zip, its zip below one folder and its crx are the same extension', async () => {
  await using extension = await probeExtension(PROBE_FILES);
  const folder = await readExtension(extension.folder);
  assert.deepEqual(
    [folder.name, folder.version, folder.manifest.popup, folder.manifest.options, folder.manifest.worker],
    ['Probe', '1.2.3', 'popup.html', 'options.html', 'worker.js'],
  );
  const zip = await writeZip(folder.files, '');
  const header = Buffer.from('a header, which is not looked into');
  const crx = Buffer.concat([Buffer.from('Cr24'), Buffer.from([3, 0, 0, 0, header.length, 0, 0, 0]), header, zip]);
  for (const [name, bytes] of [
    ['a.zip', zip],
    ['below.zip', await writeZip(folder.files, 'dist')],
    ['a.crx', crx],
  ] as const) {
    await using place = await probeExtension({});
    await writeFile(join(place.folder, name), bytes);
    const packed = await readExtension(join(place.folder, name));
    assert.equal(packed.sha256, folder.sha256, name);
    assert.deepEqual(packed.zip, folder.zip, 'and is sent as the same bytes');
  }
});

test('the hash is that of paths and bytes, whatever their order', async () => {
  const paths = fc.uniqueArray(fc.constantFrom('a.js', 'b.js', 'c/d.js', 'e.css', 'é.txt'), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(paths, fc.string(), async (names, content) => {
      const files = Object.fromEntries(names.map((name, index) => [name, `${content}${index}`]));
      const hash = async (entries: [string, string | object][]): Promise<string> => {
        await using extension = await probeExtension(
          Object.fromEntries([['manifest.json', manifestWith()], ...entries]),
        );
        return (await readExtension(extension.folder)).sha256;
      };
      const first = await hash(Object.entries(files));
      assert.equal(await hash(Object.entries(files).reverse()), first);
      assert.notEqual(await hash(Object.entries({ ...files, [names[0]!]: `${content}!` })), first);
      assert.notEqual(await hash([...Object.entries(files), ['more.js', '']]), first);
    }),
    { numRuns: 15 },
  );
});

test('what a zip has comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom('a', 'b/c', 'd e/ü.bin'), fc.uint8Array(), { noNullPrototype: true }),
      async (content) => {
        const files = new Map(Object.entries(content).map(([name, bytes]) => [name, Buffer.from(bytes)]));
        const { files: read, mistakes } = await readZip(await writeZip(files, ''));
        assert.deepEqual(read, files);
        assert.deepEqual(mistakes, []);
      },
    ),
    { numRuns: 30 },
  );
});

test('comments in a manifest are allowed, as Chrome allows them', async () => {
  await using extension = await probeExtension({
    'manifest.json': '// ours\n{ /* three */ "manifest_version": 3, "name": "C", "version": "1" }',
  });
  assert.equal((await readExtension(extension.folder)).name, 'C');
});

test('a localized name is that of the default locale', async () => {
  await using extension = await probeExtension({
    'manifest.json': manifestWith({ name: '__MSG_appName__', default_locale: 'de' }),
    '_locales/de/messages.json': { appname: { message: 'Fühler' } },
  });
  const { name, manifest } = await readExtension(extension.folder);
  assert.deepEqual([name, manifest.localized], ['Fühler', true]);
});

test('each bad extension has its own clear message', async () => {
  const cases: readonly [string, Readonly<Record<string, string | object>>, string, RegExp][] = [
    ['an empty folder', {}, 'extension.empty', /is empty/],
    ['no manifest', { 'src/a.js': '' }, 'extension.no-manifest', /no manifest\.json/],
    [
      'MV2',
      { 'manifest.json': manifestWith({ manifest_version: 2 }) },
      'extension.mv2',
      /manifest\.json:2: this is a Manifest V2 extension/,
    ],
    [
      'no JSON',
      { 'manifest.json': '{\n  "name": "x",\n  "version" "1"\n}' },
      'extension.unreadable-manifest',
      /manifest\.json:3:13: colon expected/,
    ],
    [
      'a comma after the last item',
      { 'manifest.json': '{"manifest_version": 3,\n}' },
      'extension.unreadable-manifest',
      /manifest\.json:2:1:/,
    ],
    ['a list', { 'manifest.json': '[]' }, 'extension.unreadable-manifest', /must be a JSON object/],
    [
      'no version',
      { 'manifest.json': manifestWith({ version: undefined }) },
      'extension.bad-manifest',
      /"version" must be/,
    ],
    [
      'a version that Chrome refuses',
      { 'manifest.json': manifestWith({ version: '1.2-beta' }) },
      'extension.bad-manifest',
      /manifest\.json:4: "version" must be/,
    ],
    ['no name', { 'manifest.json': manifestWith({ name: ' ' }) }, 'extension.bad-manifest', /"name" must be/],
    [
      'an old background',
      { 'manifest.json': manifestWith({ background: { scripts: ['a.js'] } }) },
      'extension.bad-manifest',
      /needs a "service_worker"/,
    ],
    [
      'a content script for no page',
      { 'manifest.json': manifestWith({ content_scripts: [{ js: ['a.js'] }] }), 'a.js': '' },
      'extension.bad-manifest',
      /content_scripts\[0\] needs "matches"/,
    ],
    [
      'no such locale',
      { 'manifest.json': manifestWith({ default_locale: 'en' }) },
      'extension.bad-manifest',
      /no _locales\/en\/messages\.json/,
    ],
  ];
  for (const [what, files, code, text] of cases) {
    const refused = await refusalOfFiles(files);
    assert.equal(refused.code, code, what);
    assert.match(refused.text, text, what);
  }
});

test('every file that the manifest names and that is not there is told at once', async () => {
  const { text } = await refusalOfFiles({
    'manifest.json': manifestWith({
      icons: { 16: 'i16.png', 128: 'i128.png' },
      action: { default_icon: { 32: 'a32.png' }, default_popup: 'popup.html?x' },
      background: { service_worker: '/worker.js' },
      options_ui: { page: 'options.html' },
      content_scripts: [{ matches: ['<all_urls>'], js: ['c.js'], css: ['c.css'] }],
    }),
    'i16.png': '',
  });
  const named = [...text.matchAll(/manifest\.json:\d+: (\S+) names "([^"]+)"/g)].map(
    ([, place, file]) => `${place} ${file}`,
  );
  assert.deepEqual(named, [
    'icons.128 i128.png',
    'action.default_icon.32 a32.png',
    'action.default_popup popup.html?x',
    'background.service_worker /worker.js',
    'options_ui.page options.html',
    'content_scripts[0].js[0] c.js',
    'content_scripts[0].css[0] c.css',
  ]);
});

test('a zip whose paths have backslashes, as Windows writes them, is read', async () => {
  await using place = await probeExtension({});
  const path = join(place.folder, 'windows.zip');
  await writeFile(path, await zipWith({ 'js\\worker.js': 0o100644, 'js\\lib\\x.js': 0o100644 }));
  const { files } = await readExtension(path);
  assert.deepEqual([...files.keys()].sort(), ['js/lib/x.js', 'js/worker.js', 'manifest.json']);
});

test('a zip that climbs out of its folder, by each way to do so', async () => {
  await using place = await probeExtension({});
  const path = join(place.folder, 'evil.zip');
  await writeFile(
    path,
    await zipWith({
      '../evil.js': 0o100644,
      '/etc/evil': 0o100644,
      'C:\\evil.txt': 0o100644,
      '..\\back.js': 0o100644,
      link: 0o120777,
    }),
  );
  const { code, text } = await refusalOf(path);
  assert.equal(code, 'extension.bad-files');
  for (const part of [
    '"../evil.js" would be unpacked outside',
    '"/etc/evil" is an absolute path',
    '"C:/evil.txt" is an absolute path',
    '"../back.js" would be unpacked outside',
    '"link" is a symbolic link',
  ])
    assert.ok(text.includes(part), `${part}\n${text}`);
});

test('a link out of the folder, a file that is no zip, a damaged one, an old crx, nothing at all', async () => {
  await using place = await probeExtension({
    'x/manifest.json': manifestWith(),
    'a.zip': 'text',
    'b.zip': 'PK text',
    'old.crx': 'Cr24\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0000',
  });
  await symlink('/etc/hostname', join(place.folder, 'x', 'host'));
  assert.match((await refusalOf(join(place.folder, 'x'))).text, /host is a symbolic link to a file outside/);
  assert.match((await refusalOf(join(place.folder, 'a.zip'))).text, /neither a folder nor a zip nor a crx/);
  assert.match((await refusalOf(join(place.folder, 'b.zip'))).text, /is damaged/);
  assert.match((await refusalOf(join(place.folder, 'old.crx'))).text, /crx of version 2/);
  assert.equal((await refusalOf(join(place.folder, 'none'))).code, 'extension.not-found');
  await mkdir(join(place.folder, 'e'));
  assert.equal((await refusalOf(join(place.folder, 'e'))).code, 'extension.empty');
});

test('a key of 2048 bits gives the id that Chrome makes of it', async () => {
  const { withFixedId } = await import('../../src/extension/fixed-id.ts');
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');
  await using extension = await probeExtension({ 'manifest.json': manifestWith({ key }) });
  const first = await withFixedId(await readExtension(extension.folder));
  assert.match(first.id, /^[a-p]{32}$/);
  assert.equal((await withFixedId(await readExtension(extension.folder))).id, first.id);
});
