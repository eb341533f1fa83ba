import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { onlyUtf8 } from '../../src/sites/content.ts';
import { readSites } from '../../src/sites/read.ts';
import { readFrom, refusalOf, rejection } from './folder.ts';

const urlsOf = async (name: string, content: string): Promise<string[]> =>
  (await readFrom(name, content)).sites.map(({ url }) => url);

test('public rankings are read as they are downloaded', async () => {
  for (const [name, content] of [
    ['crux.csv', 'origin,rank\nhttps://a.example,1000\nhttps://b.example,1000\n'],
    ['majestic.csv', 'GlobalRank,TldRank,Domain,TLD,RefSubNets\n1,1,a.example,example,9\n2,2,b.example,example,8\n'],
    ['domcop.csv', '"Rank","Domain","Open Page Rank"\n"1","a.example","10.00"\n"2","b.example","9.5"\n'],
    ['radar.csv', 'rank,domain,categories\n1,a.example,News;Video\n2,b.example,\n'],
    ['radar-top.csv', 'domain\na.example\nb.example\n'],
  ] as const)
    assert.deepEqual(await urlsOf(name, content), ['https://a.example/', 'https://b.example/'], name);
});

test('a first line that names the separator is not the header', async () => {
  for (const content of [
    'sep=;\nurl;tags\na.example;x|y\n',
    '\uFEFF"sep=;"\r\nurl;tags\r\na.example;x|y\r\n',
    'sep=,\nurl,tags\na.example,x|y\n',
  ])
    assert.deepEqual((await readFrom('list.csv', content)).sites, [
      { id: 'a_example', url: 'https://a.example/', tags: ['x', 'y'] },
    ]);
});

test('a header without url is one mistake, not one for each row', async () => {
  const { mistakes } = await refusalOf('list.csv', `link,tags\n${'a.example,x\n'.repeat(500)}`);
  assert.equal(mistakes.length, 2, mistakes.join('\n'));
});

test('YAML merges the defaults of an entry', async () => {
  const { sites } = await readFrom(
    'list.yaml',
    'sites:\n  - &first\n    url: a.example\n    tags: [login]\n  - <<: *first\n    url: b.example\n',
  );
  assert.deepEqual(
    sites.map(({ url, tags }) => [url, tags]),
    [
      ['https://a.example/', ['login']],
      ['https://b.example/', ['login']],
    ],
  );
});

test('a list in another encoding is refused with its line, in each form', async () => {
  const data = '{"url":"a.example","data":{"name":"Caf\u00e9"}}';
  for (const [name, content, line] of [
    ['list.csv', 'url,data.name\na.example,plain\nb.example,Caf\u00e9\n', 3],
    ['list.ndjson', `{"url":"b.example"}\n${data}\n`, 2],
    ['list.json', `[\n${data}\n]`, 2],
    ['list.yaml', '- url: a.example\n  data: Caf\u00e9\n', 2],
    ['list.txt', 'a.example\nm\u00fcnchen.de\n', 2],
  ] as const) {
    const { message } = await refusalOf(name, Buffer.from(content, 'latin1'));
    assert.match(message, new RegExp(`is not UTF-8: see line ${line}$`), name);
  }
});

test('characters that chunks of a list cut are whole', async () => {
  const bytes = Buffer.from('url,data.name\na.example,Café 東京 🧪\n'.repeat(1) + 'b.example,ü\n');
  const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
  const { sites } = await readSites('-', { cwd: '/', stdin, environment: {} });
  assert.deepEqual(sites[0]?.data, { name: 'Café 東京 🧪' });
  const bad = Readable.from([...bytes, 0xe9, 0x0a].map((byte) => Buffer.from([byte])));
  assert.match((await rejection(readSites('-', { cwd: '/', stdin: bad, environment: {} }))).message, /see line 4$/);
});

test('a list is UTF-8 or not, and its bad line is found, however its bytes come in chunks', async () => {
  const piece = fc.constantFrom('a\n', 'é', '東', '🧪\n', '\xff', '\xc3', '\xe6\x9d', '\xf0\x9f\xa7', '\x80');
  const bytesOf = (text: string): Buffer =>
    /^[\x80-\xff]/.test(text) && text !== 'é' ? Buffer.from(text, 'latin1') : Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 5 })),
      async (pieces, sizes) => {
        const whole = Buffer.concat(pieces.map(bytesOf));
        const firstBad = splitLines(whole).findIndex((line) => !isUtf8(line));
        const read = Readable.from(onlyUtf8('list', Readable.from(cut(whole, sizes)))).toArray() as Promise<Buffer[]>;
        if (firstBad === -1) assert.deepEqual(Buffer.concat(await read), whole);
        else assert.match((await rejection(read)).message, new RegExp(`is not UTF-8: see line ${firstBad + 1}$`));
      },
    ),
  );
});

function splitLines(bytes: Buffer): Buffer[] {
  const end = bytes.indexOf('\n');
  return end === -1 ? [bytes] : [bytes.subarray(0, end), ...splitLines(bytes.subarray(end + 1))];
}

function cut(bytes: Buffer, [size = 3, ...others]: readonly number[]): Buffer[] {
  return bytes.length === 0 ? [] : [bytes.subarray(0, size), ...cut(bytes.subarray(size), others)];
}

test('an invisible character and quotation marks around a URL are named', async () => {
  for (const [text, said] of [
    ['https://example.org/\u200B', /invisible character \(U\+200B\); delete it/],
    ['exam\u2060ple.org', /invisible character \(U\+2060\)/],
    ['https://exam\uFEFFple.org/', /invisible character \(U\+FEFF\)/],
    ['https://example.org/\u00AD', /invisible character \(U\+00AD\)/],
    ['“https://example.org/”', /is in quotation marks; remove them/],
    ['‘example.org’', /is in quotation marks; remove them/],
    ['https://“example.org/', /has a quotation mark in its host; remove it/],
    ["exam'ple.org", /has a quotation mark in its host; remove it/],
  ] as const)
    assert.match((await refusalOf('list.json', JSON.stringify([text]))).mistakes[0] ?? '', said, text);
  assert.match(
    (await refusalOf('list.json', '[{"url":"a.example","tags":["lo\u200Bgin"]}]')).mistakes[0] ?? '',
    /a tag must be/,
  );
});

test('a short word has no hint to another one', async () => {
  for (const key of ['TLD', '<<', 'x'])
    assert.doesNotMatch(
      (await refusalOf('list.json', JSON.stringify([{ url: 'a.example', [key]: 1 }]))).mistakes[0] ?? '',
      /did you mean/,
    );
  for (const [key, meant] of [
    ['ulr', 'url'],
    ['tag', 'tags'],
    ['timeout', 'timeoutMs'],
  ])
    assert.match(
      (await refusalOf('list.json', JSON.stringify([{ [key!]: 'a.example' }]))).mistakes[0] ?? '',
      new RegExp(`did you mean "${meant}"`),
    );
});

test('a list ends at 100 mistakes, whatever its form', async () => {
  for (const [name, content] of [
    ['list.csv', `url,tags\n${'a "quoted" word,x\n'.repeat(24_000)}`],
    ['line.csv', `url,tags\n${'x"'.repeat(30_000)}`],
    ['list.txt', 'not a url\n'.repeat(24_000)],
    ['list.ndjson', '{broken\n'.repeat(24_000)],
    ['list.json', `[${'7,'.repeat(24_000)}7]`],
    ['broken.json', `[${'{a '.repeat(24_000)}`],
    ['list.yaml', '- url: 7\n'.repeat(2_000)],
    ['ranked.csv', `1,a.example\n${'no rank\n'.repeat(24_000)}`],
  ] as const) {
    const { mistakes, message } = await refusalOf(name, content);
    assert.equal(mistakes.length, 100, name);
    assert.match(message, /has at least 100 mistakes$/);
  }
});

test('data that is nested too deeply is refused, however it is written', async () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  for (const [name, content] of [
    ['list.json', `[{"url":"a.example","data":${deep}}]`],
    ['list.ndjson', `{"url":"a.example","data":${deep}}`],
    ['list.csv', `url,data\na.example,${deep}`],
    ['list.yaml', '- url: a.example\n  data: &a\n    me: *a\n'],
  ] as const) {
    const { message, mistakes } = await refusalOf(name, content);
    assert.match([message, ...mistakes].join('\n'), /data must have at most 100 levels|is nested too deeply/, name);
  }
  const deepest = `[${'['.repeat(200_000)}${']'.repeat(200_000)}]`;
  const { message, mistakes } = await refusalOf('list.json', deepest);
  assert.match([message, ...mistakes].join('\n'), /nested too deeply|must be a URL or an object/);
});
