import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { GridrunError } from '../../src/core/fault.ts';
import { readSites } from '../../src/sites/read.ts';
import { mutateValue } from '../support/mutate.ts';
import { randomFrom } from '../support/random.ts';

// Site lists that anyone may have damaged. GRIDRUN_MUTATIONS says how many, GRIDRUN_MUTATION_SEED which is the first. The
// long form: npm run test:mutations.
const COUNT = Number(process.env['GRIDRUN_MUTATIONS'] ?? 2000);
const FIRST = Number(process.env['GRIDRUN_MUTATION_SEED'] ?? 1);

const LIST = [
  'a.example',
  { url: 'https://b.example/login?next=%2F#form', id: 'b', tags: ['login', 'german'], timeoutMs: 60_000 },
  { url: 'http://127.0.0.1:8080/a,b', skip: 'behind a "captcha"', data: { form: ['x', null, 1.5] }, env: ['PATH'] },
  { url: 'münchen.de' },
];

/** What a damaged file or another program may put into a list. */
const PIECES = [
  '"',
  "'",
  '\n',
  '\r',
  ',',
  ';',
  '\t',
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '&a ',
  '*a',
  '<<',
  '#',
  '\\',
  '\0',
  'sep=;\n',
]
  .concat([
    '\uFEFF',
    '\u200B',
    '\uFFFD',
    '%',
    '://',
    '@',
    'url',
    'rank,domain\n',
    '---\n',
    '!!js/function ',
    '"'.repeat(500),
  ])
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xff]), Buffer.from([0xc3]), Buffer.from([0xe9, 0x0a])]);

const FORMS: readonly ((list: unknown) => string)[] = [
  (list) => JSON.stringify(list),
  (list) => JSON.stringify({ sites: list }, undefined, 2),
  (list) => (Array.isArray(list) ? list : [list]).map((entry) => JSON.stringify(entry)).join('\n'),
  (list) => stringify(list),
  () => 'url,id,tags,data.kind\na.example,a,x y,modal\n"https://b.example/?a=1,2",b,,"says ""x"""\n',
  () => '1,a.example\n2,b.example\n',
  () => 'GlobalRank,Domain\n1,a.example\n',
  () => '# sites\na.example\nhttps://b.example/x  # two\n',
];

function damaged(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const kind = random();
  if (kind < 0.2) return bytes.subarray(0, at);
  if (kind < 0.4) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + Math.ceil(random() * 9))]);
  if (kind < 0.5) return Buffer.concat([bytes, bytes]);
  const piece = PIECES[Math.floor(random() * PIECES.length)]!;
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

test(`${COUNT} damaged lists are read, or refused`, async (t) => {
  const endings = { read: 0, refused: 0 };
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const random = randomFrom(seed);
    const list = random() < 0.5 ? LIST : mutateValue(LIST, random);
    const write = FORMS[Math.floor(random() * FORMS.length)]!;
    let bytes: Buffer = Buffer.alloc(0);
    try {
      bytes = Buffer.from(write(list) ?? 'null');
      for (let times = Math.floor(random() * 4); times > 0; times--) bytes = damaged(bytes, random);
      await readSites('-', { cwd: '/', stdin: Readable.from([bytes]), environment: { PATH: '/bin' } });
      endings.read += 1;
    } catch (error) {
      // A value that cannot be written is no list.
      if (bytes.length === 0 && error instanceof RangeError) continue;
      if (!(error instanceof GridrunError) || error.answer !== 'refuse')
        throw new Error(`seed ${seed}: GRIDRUN_MUTATIONS=1 GRIDRUN_MUTATION_SEED=${seed}`, { cause: error });
      assert.match(error.message, /\S/);
      endings.refused += 1;
    }
  }
  t.diagnostic(JSON.stringify(endings));
  if (COUNT >= 100) assert.ok(endings.read > 0 && endings.refused > 0, JSON.stringify(endings));
});
