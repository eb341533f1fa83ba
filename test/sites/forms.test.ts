import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { chunk } from '../../src/plan/chunk.ts';
import { readSites } from '../../src/sites/read.ts';
import { ENVIRONMENT, readFrom, rejection } from './folder.ts';

const LIST = [
  'example.com',
  { url: 'https://shop.example.com/login?next=%2F#form', id: 'shop', tags: ['login', 'german'], timeoutMs: 60_000 },
  { url: 'http://127.0.0.1:8080/a,b', once: true, skip: 'behind a "captcha", says the owner' },
  { url: 'münchen.de', data: { kind: 'modal', form: { fields: 'two' } }, env: ['SHOP_USER', 'SHOP_PASSWORD'] },
];

// An id never changes from version to version: histories are kept by it. So these are written down, not computed.
const SITES = [
  { id: 'example_com', url: 'https://example.com/' },
  { id: 'shop', url: 'https://shop.example.com/login?next=%2F#form', tags: ['login', 'german'], timeoutMs: 60_000 },
  {
    id: '127_0_0_1__15c18b34803c',
    url: 'http://127.0.0.1:8080/a,b',
    once: true,
    skip: 'behind a "captcha", says the owner',
  },
  {
    id: 'xn--mnchen-3ya_de',
    url: 'https://xn--mnchen-3ya.de/',
    data: { form: { fields: 'two' }, kind: 'modal' },
    env: ['SHOP_USER', 'SHOP_PASSWORD'],
  },
];

const CSV = [
  'url,id,tags,timeoutMs,once,skip,data.kind,data.form.fields,env',
  'example.com',
  '"https://shop.example.com/login?next=%2F#form",shop,login german,60000',
  '"http://127.0.0.1:8080/a,b",,,,true,"behind a ""captcha"", says the owner"',
  'münchen.de,,,,,,modal,two,"SHOP_USER,SHOP_PASSWORD"',
];

const FORMS: Readonly<Record<string, string>> = {
  'an array of JSON': JSON.stringify(LIST),
  'an array of JSON over lines': JSON.stringify(LIST, undefined, 2),
  'an object of JSON': JSON.stringify({ sites: LIST }),
  'an object of JSON over lines': `\n${JSON.stringify({ sites: LIST }, undefined, 2)}\n`,
  NDJSON: LIST.map((entry) => JSON.stringify(entry)).join('\n'),
  'NDJSON that begins with an object': [LIST[1], LIST[0], LIST[2], LIST[3]]
    .map((entry) => JSON.stringify(entry))
    .join('\n'),
  YAML: stringify(LIST),
  'YAML with a sites key and a comment': `# our sites\n${stringify({ sites: LIST })}`,
  'YAML with a document start': `---\n${stringify(LIST)}`,
  'YAML in flow style': `[example.com, {url: 'https://shop.example.com/login?next=%2F#form', id: shop, tags: [login, german], timeoutMs: 60000},
    {url: 'http://127.0.0.1:8080/a,b', once: true, skip: 'behind a "captcha", says the owner'},
    {url: münchen.de, data: {kind: modal, form: {fields: two}}, env: [SHOP_USER, SHOP_PASSWORD]}]`,
  CSV: CSV.join('\n'),
  'CSV with a comment': `# our sites\n${CSV.join('\n')}`,
  'CSV with quoted names': CSV.join('\n').replace(/^.*/, (header) =>
    header
      .split(',')
      .map((name) => `"${name}"`)
      .join(','),
  ),
};

const NAMES = ['sites.json', 'sites.ndjson', 'sites.yaml', 'sites.csv', 'sites.txt', 'sites'];

describe('the forms of a site list', () => {
  for (const [form, content] of Object.entries(FORMS)) {
    it(`${form} gives the same sites, whatever the file is called`, async () => {
      for (const name of NAMES) {
        const list = await readFrom(name, content);
        const sites = form.includes('begins with an object')
          ? [list.sites[1], list.sites[0], ...list.sites.slice(2)]
          : list.sites;
        assert.deepEqual(sites, SITES, name);
      }
    });
  }

  it('gives the same hash and the same plan in every form', async () => {
    const lists = await Promise.all(
      Object.entries(FORMS)
        .filter(([form]) => !form.includes('begins'))
        .map(([, content]) => readFrom('sites', content)),
    );
    const plans = lists.map(({ sites, hash }) =>
      JSON.stringify({ hash, units: chunk(sites, { sessions: 2, chunkSize: 'auto', expectedMs: () => 1 }) }),
    );
    assert.equal(new Set(plans).size, 1);
  });

  it('gives the same sites of plain domains as text, as a ranking, and as any other form', async () => {
    const domains = ['google.com', 'login.example.co.uk', 'xn--mnchen-3ya.de', 'a-b.example'];
    const forms = [
      domains.join('\n'),
      `# the most visited\n\n${domains.map((domain) => `  https://${domain}/ # seen`).join('\n')}\n`,
      domains.map((domain, index) => `${index + 1},${domain}`).join('\r\n'),
      `rank,domain\n${domains.map((domain, index) => `"${index + 1}","${domain}"`).join('\n')}`,
      `url\n${domains.join('\n')}`,
      `id;url\n${domains.map((domain) => `;${domain}`).join('\n')}`,
      `id\turl\n${domains.map((domain) => `\t${domain}`).join('\n')}`,
      domains.map((domain) => `"${domain}"`).join('\n'),
      domains.map((domain) => `- ${domain}`).join('\n'),
      JSON.stringify(domains),
    ];
    const lists = await Promise.all(forms.flatMap((content) => NAMES.map((name) => readFrom(name, content))));
    for (const list of lists) assert.deepEqual(list, lists[0]);
    assert.deepEqual(
      lists[0]?.sites.map(({ id }) => id),
      ['google_com', 'login_example_co_uk', 'xn--mnchen-3ya_de', 'a-b_example'],
    );
  });

  it('passes over a byte order mark, CRLF, and a missing last line end', async () => {
    const forms = [
      'example.com\r\nexample.org',
      '["example.com",\r\n"example.org"]',
      '"example.com"\r\n"example.org"\r\n',
      '- example.com\r\n- example.org\r\n',
      'url,id\r\nexample.com,\r\nexample.org,\r\n',
    ];
    for (const content of forms) {
      const list = await readFrom('sites', `\uFEFF${content}`);
      assert.deepEqual(
        list.sites,
        [
          { id: 'example_com', url: 'https://example.com/' },
          { id: 'example_org', url: 'https://example.org/' },
        ],
        content,
      );
    }
  });

  it('reads lines and characters that chunks cut in two', async () => {
    const bytes = Buffer.from('{"url":"a.example","data":"é"}\n{"url":"b.example","data":"漢"}\r\n"c.example"');
    const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    const { sites } = await readSites('-', { cwd: '.', stdin });
    assert.deepEqual(sites, [
      { id: 'a_example', url: 'https://a.example/', data: 'é' },
      { id: 'b_example', url: 'https://b.example/', data: '漢' },
      { id: 'c_example', url: 'https://c.example/' },
    ]);
  });

  it('reads a list from a URL, with a name and password that are said nowhere', async () => {
    const server = createServer((request, response) => {
      const isKnown = request.headers.authorization === `Basic ${Buffer.from('anna:pass word').toString('base64')}`;
      response.statusCode = isKnown ? 200 : 401;
      response.end(FORMS['CSV']);
    });
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const list = await readSites(`http://anna:pass%20word@127.0.0.1:${port}/sites`, {
        cwd: '.',
        environment: ENVIRONMENT,
      });
      assert.deepEqual(list.sites, SITES);
      const refused = await rejection(readSites(`http://anna:wrong@127.0.0.1:${port}/sites`, { cwd: '.' }));
      assert.match(refused.message, /the server answered 401/);
      assert.doesNotMatch(refused.message, /wrong|anna/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('ends at once when it is aborted', async () => {
    const aborted = AbortSignal.abort(new Error('stop'));
    await assert.rejects(readSites('-', { cwd: '.', stdin: Readable.from(['example.com']), signal: aborted }), /stop/);
  });

  it('drops and counts a URL that was there before, and only where neither has an id', async () => {
    const { sites, duplicateCount } = await readFrom(
      'sites.json',
      '["example.com", "https://EXAMPLE.com", {"url": "https://example.com/", "id": "again"}, {"url": "http://example.com:80/x"}, "http://example.com/x"]',
    );
    assert.deepEqual(
      sites.map(({ id }) => id),
      ['example_com', 'again', 'example_com__83422ef35e89'],
    );
    assert.equal(duplicateCount, 2);
  });

  it('refuses a URL that was there before with another entry: one of them would get lost', async () => {
    const entry = { url: 'https://example.com/', tags: ['eu'], data: { field: '#user' } };
    const others = [
      'example.com',
      { ...entry, tags: ['us'] },
      { ...entry, data: { field: '#name' }, once: true },
      { ...entry, skip: 'closed' },
    ];
    const refused = await rejection(readFrom('sites.json', JSON.stringify([entry, { ...entry }, ...others])));
    assert.deepEqual(
      refused.mistakes?.map((mistake) => /with another ([^;]*);/.exec(mistake)?.[1]),
      ['tags, data', 'tags', 'data, once', 'skip'],
    );
  });
});
