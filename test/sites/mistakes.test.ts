import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shownMistakes } from '../../src/core/fault.ts';
import { readSites } from '../../src/sites/read.ts';
import { readFrom, refusalOf, rejection } from './folder.ts';

/** Each entry with what must be said of it; two are only there to be repeated. */
const WRONG_ENTRIES: readonly (readonly [entry: unknown, said: RegExp | undefined])[] = [
  [7, /\$\[0\]: an entry must be a URL or an object/],
  ['', /\$\[1\]: the URL is empty/],
  ['not a url', /\$\[2\]: "not a url" contains a space/],
  ['ftp://example.com/', /\$\[3\]: .*scheme "ftp"; only http and https/],
  ['https://anna:horse@example.com/', /\$\[4\]: "https:\/\/\*\*\*@example.com\/" contains credentials; .*env/],
  ['intranet', /\$\[5\]: "intranet" is not a domain; .*https:\/\/intranet\//],
  ['https://exa%mple.com', /\$\[6\]: .*is not a URL/],
  ['https:example.com', /\$\[7\]: .*https:\/\/example.com\//],
  [{ id: 'no-url' }, /\$\[8\]: the entry has no url/],
  [{ url: 5 }, /\$\[9\]\.url: url must be a string/],
  [{ url: 'a.example', timeout: 5 }, /\$\[10\]\.timeout: unknown key "timeout"; did you mean "timeoutMs"\?/],
  [{ url: 'a.example', timeoutMs: '5s' }, /\$\[11\]\.timeoutMs: .*whole number of milliseconds.*"5s"/],
  [{ url: 'a.example', timeoutMs: 0 }, /\$\[12\]\.timeoutMs: .*it is 0/],
  [{ url: 'a.example', id: 'a.b' }, /\$\[13\]\.id: id must have 1 to 200 letters.*"a\.b"/],
  [
    { url: 'a.example', tags: 'login' },
    /\$\[14\]\.tags: tags must be a list such as \["login", "german"\]; it is "login"/,
  ],
  [{ url: 'a.example', tags: ['ok', 3] }, /\$\[15\]\.tags\[1\]: .*this is a number/],
  [{ url: 'a.example', tags: ['two words'] }, /\$\[16\]\.tags\[0\]: a tag must be one word/],
  [{ url: 'a.example', skip: true }, /\$\[17\]\.skip: skip must be a reason in words.*it is true/],
  [{ url: 'a.example', env: { SHOP: 'tell-nobody' } }, /\$\[18\]\.env: env must be a list.*it is an object$/],
  [{ url: 'a.example', env: ['tell-nobody!'] }, /\$\[19\]\.env\[0\]: env must hold names/],
  [
    { url: 'a.example', env: ['SHOP_PASSWORT'] },
    /\$\[20\]\.env\[0\]: the environment variable SHOP_PASSWORT is not set/,
  ],
  [{ url: 'b.example', id: 'twice' }, undefined],
  [{ url: 'c.example', id: 'twice' }, /\$\[22\]\.id: the id "twice" is already taken by list\.json:23:1 \$\[21\]/],
  [{ url: 'd.example', id: 'e_example' }, undefined],
  [
    'e.example',
    /\$\[24\]: the id derived from its URL, "e_example", is already taken by list\.json:25:1 \$\[23\]; give/,
  ],
  [['a.example'], /\$\[25\]: .*this is a list/],
  [{ url: 'a.example', Tags: ['x'] }, /\$\[26\]\.Tags: .*did you mean "tags"/],
  [{ url: 'a.example', once: 'yes' }, /\$\[27\]\.once: once must be true.*"yes"/],
];

describe('the mistakes of a site list', () => {
  it('names 26 different mistakes, each with line, column, path and what would be right', async () => {
    const lines = WRONG_ENTRIES.map(([entry]) => JSON.stringify(entry));
    const refused = await refusalOf('list.json', `[\n${lines.join(',\n')}\n]`);
    assert.equal(refused.code, 'sites.mistakes');
    assert.equal(refused.mistakes.length, 26);
    assert.equal(new Set(refused.mistakes.map((mistake) => mistake.replace(/^[^ ]+ [^ ]+ /, ''))).size, 26);
    for (const mistake of refused.mistakes) {
      const [, line, index] = /^list\.json:(\d+):\d+ \$\[(\d+)\]/.exec(mistake) ?? [];
      assert.equal(Number(line), Number(index) + 2, mistake);
    }
    const expected = WRONG_ENTRIES.flatMap(([, said]) => said ?? []);
    for (const [index, said] of expected.entries()) assert.match(refused.mistakes[index] ?? '', said);
    assert.doesNotMatch(refused.mistakes.join('\n'), /tell-nobody|horse/);
    assert.match(refused.message, /list\.json, read as JSON, has 26 mistakes/);
    assert.deepEqual(shownMistakes(refused.mistakes), [...refused.mistakes.slice(0, 20), 'and 6 more']);
  });

  it('names the same entries as mistakes in YAML and NDJSON', async () => {
    const lines = WRONG_ENTRIES.map(([entry]) => JSON.stringify(entry));
    const inYaml = await refusalOf('list.yaml', lines.map((line) => `- ${line}\n`).join(''));
    const inNdjson = await refusalOf('list.ndjson', `"ok.example"\n${lines.join('\n')}`);
    assert.equal(inYaml.mistakes.length, 26);
    assert.match(inYaml.mistakes[11] ?? '', /^list\.yaml:12:\d+ \$\[11\]\.timeoutMs: /);
    assert.equal(inNdjson.mistakes.length, 26);
    assert.ok(
      inNdjson.mistakes.some((mistake) => mistake.startsWith('list.ndjson:13:20 $.timeoutMs: ')),
      inNdjson.mistakes.join('\n'),
    );
  });

  it('goes on after a line that is no JSON', async () => {
    const { mistakes } = await refusalOf(
      'list.ndjson',
      '{"url":"a.example"}\n{"url":"b.example",}\n\n# said\n{"url" "c.example"}\n"d.example"\n{"url":"e.example","ids":"e"}',
    );
    assert.equal(mistakes.length, 3);
    assert.match(mistakes[0] ?? '', /^list\.ndjson:2:20: this is not JSON/);
    assert.match(mistakes[1] ?? '', /^list\.ndjson:5:8: this is not JSON: colon expected/);
    assert.match(mistakes[2] ?? '', /^list\.ndjson:7:20 \$\.ids: unknown key "ids"; did you mean "id"\?/);
  });

  it('says where JSON and YAML break', async () => {
    assert.match(
      (await refusalOf('a.json', '[\n  "a.example"\n  "b.example"\n]')).mistakes[0] ?? '',
      /^a\.json:3:3: this is not JSON: comma expected/,
    );
    assert.match(
      (await refusalOf('a.yaml', '- a.example\n- {url: b.example\n')).mistakes[0] ?? '',
      /^a\.yaml:\d:\d+: this is not YAML: /,
    );
    assert.match(
      (await refusalOf('a.yaml', '- a.example\n---\n- b.example\n')).mistakes[0] ?? '',
      /^a\.yaml:2:1: a second YAML document/,
    );
    assert.match(
      (await refusalOf('a.json', '{"site": ["a.example"]}')).mistakes.join(),
      /did you mean "sites" for "site"\?|unknown key "site"/,
    );
    assert.match(
      (await refusalOf('a.yaml', 'sites: a.example')).mistakes[0] ?? '',
      /^a\.yaml:1:8 \$\.sites: the list must be an array/,
    );
  });

  it('refuses YAML whose aliases would fill the memory', async () => {
    const bomb = [
      '- &a {url: a.example, data: [1,1,1,1,1,1,1,1,1]}',
      ...'bcdefghij'
        .split('')
        .map(
          (name, index) =>
            `- &${name} {url: ${name}.example, data: [${Array(9).fill(`*${'abcdefghij'[index]}`).join(',')}]}`,
        ),
    ].join('\n');
    assert.match((await refusalOf('a.yaml', bomb)).mistakes[0] ?? '', /alias/i);
  });

  it('names line and column of a table, also after a cell of several lines', async () => {
    const { mistakes } = await refusalOf(
      'a.csv',
      'url,id,timeoutMs,ulr,data\na.example,"a\nb",,,\nb.example,ok,soon,,\n"c.example,x",,,,\nd.example,,,,{broken\ne.example,,,,,,too,many\n',
    );
    assert.deepEqual(
      mistakes.map((mistake) => mistake.slice(0, 32).replace(/: .*/, '')),
      [
        'a.csv:1, column "ulr"',
        'a.csv:2, column "id"',
        'a.csv:4, column "timeoutMs"',
        'a.csv:5, column "url"',
        'a.csv:6, column "data"',
        'a.csv:7',
      ],
    );
    assert.match(mistakes[0] ?? '', /did you mean "url"/);
    assert.match(
      (await refusalOf('a.csv', 'id,tags\nx,y')).mistakes[0] ?? '',
      /^a\.csv:1: the header has no column "url"/,
    );
    assert.match(
      (await refusalOf('a.csv', 'url,id\n"a.example,x\nb.example,y')).mistakes[0] ?? '',
      /^a\.csv:\d: this is not CSV: /,
    );
  });

  it('names the line of text and of a ranking', async () => {
    assert.deepEqual(
      (await refusalOf('a.txt', 'a.example\n\nb example\nhttps://\n')).mistakes.map((mistake) => mistake.slice(0, 9)),
      ['a.txt:3:1', 'a.txt:4:1'],
    );
    assert.match(
      (await refusalOf('a.csv', '1,a.example\nb.example\n')).mistakes[0] ?? '',
      /^a\.csv:2:1: "b\.example" is not rank,domain, such as 1,example\.com/,
    );
  });

  it('names a missing variable once, however many sites need it', async () => {
    const entry = { env: ['NOT_THERE'] };
    const { mistakes } = await refusalOf(
      'a.json',
      JSON.stringify([
        { url: 'a.example', ...entry },
        { url: 'b.example', ...entry },
        { url: 'nothing', ...entry },
      ]),
    );
    assert.equal(mistakes.length, 2);
  });

  it('refuses an empty list, UTF-16, archives, web pages, other bytes and what is not there', async () => {
    const cases: readonly (readonly [string | Uint8Array, RegExp])[] = [
      ['', /has no sites$/],
      ['\n# nothing\n', /has no sites$/],
      ['[]', /has no sites$/],
      ['url,id\n', /has no sites$/],
      [Buffer.from('\uFEFFexample.com', 'utf16le'), /is UTF-16/],
      [Buffer.from('example.com', 'utf16le'), /is UTF-16/],
      [Buffer.from('PK\u0003\u0004'), /zip archive or a spreadsheet/],
      [Buffer.from([0x1f, 0x8b, 8]), /gzip/],
      ['<!doctype html><p>Not found', /web page/],
      [Buffer.from('example\0com'), /not text/],
      [Buffer.from('["m\u00fcnchen.de"]', 'latin1'), /not UTF-8/],
    ];
    for (const [content, said] of cases) assert.match((await refusalOf('list', content)).message, said);
    assert.match(
      (await rejection(readSites('nowhere.json', { cwd: '/' }))).message,
      /cannot read the site list nowhere\.json: there is no file/,
    );
    assert.match((await rejection(readSites('.', { cwd: '/' }))).message, /is a folder/);
    assert.match((await rejection(readSites('-', { cwd: '/' }))).message, /nothing is piped in/);
    assert.match(
      (await rejection(readSites('http://127.0.0.1:1/sites.json', { cwd: '/' }))).message,
      /cannot read the site list .*: /,
    );
  });

  it('never lets a list reach the prototype of an object', async () => {
    const { sites } = await readFrom('a.json', '[{"url":"a.example","data":{"__proto__":{"polluted":1}}}]');
    assert.equal(sites.length, 1);
    assert.equal((await refusalOf('b.csv', 'url,data.__proto__.polluted\na.example,1')).mistakes.length, 1);
    assert.equal((await refusalOf('c.json', '[{"url":"a.example","constructor":1}]')).mistakes.length, 1);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});
