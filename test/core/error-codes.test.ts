import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_CODES, type CodeMeaning } from '../../src/core/error-codes.ts';

const SRC = join(import.meta.dirname, '../../src');
const TABLE: Readonly<Record<string, CodeMeaning>> = ERROR_CODES;
const FAMILIES = new Set(Object.keys(TABLE).flatMap((code) => (code.includes('.') ? [code.split('.')[0]!] : [])));

/** Files and BiDi's methods begin like a code too. */
const NO_CODE = /\.(js|json|ndjson|sqlite|html|log|part|ts|zip)$|^session\.(status|subscribe|unsubscribe)$/;

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/error-codes(\.ts|[\\/][^\\/]+)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));

/** Every literal of the sources that has the form of a code. */
const said = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/'([a-z-]+(?:\.[a-z0-9-]+)+)'/g)]
    .map(([, code]) => ({ path, code: code! }))
    .filter(({ code }) => FAMILIES.has(code.split('.')[0]!) && !NO_CODE.test(code)),
);

test('every code that the sources say is in the table', () => {
  assert.ok(sources.length > 200 && said.length > 100, `${sources.length} files, ${said.length} codes`);
  assert.deepEqual(
    said.filter(({ code }) => !(code in TABLE)),
    [],
  );
});

test('every code of the table is said somewhere, whole: none is put together from parts', () => {
  const literals = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/'([a-z0-9.-]+)'/g)].map(([, word]) => word)),
  );
  assert.deepEqual(
    Object.keys(TABLE).filter((code) => !literals.has(code)),
    [],
  );
});

test('only the table decides whom a code blames, and a refusal has a code that refuses', () => {
  let seen = 0;
  for (const { path, text } of sources) {
    const repeated = [...text.matchAll(/code: '([a-z.-]+)',[^{}]*?(?:blames|cause): '\w+'/g)].map(([, code]) => code);
    assert.deepEqual(repeated, [], `${path} repeats whom a code blames`);
    for (const [, maker, code = ''] of text.matchAll(/\b(refusal|makeFault|GridrunError)\(\s*'([a-z.-]+)'/g)) {
      assert.ok(code in TABLE, `${path}: ${code}`);
      if (maker === 'refusal') assert.equal(TABLE[code]?.answer, 'refuse', `${path}: ${code}`);
      seen++;
    }
  }
  assert.ok(seen > 100, String(seen));
});

test('each file of codes is in order, and no code is in two of them', async () => {
  const folder = join(SRC, 'core/error-codes');
  const lists: string[][] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('-codes.ts'))) {
    const module = (await import(join(folder, name))) as Readonly<Record<string, object>>;
    lists.push(...Object.values(module).map((codes) => Object.keys(codes)));
  }
  assert.ok(lists.length > 5, String(lists.length));
  for (const codes of lists) assert.deepEqual(codes, codes.toSorted());
  assert.deepEqual(lists.flat().toSorted(), Object.keys(TABLE).toSorted());
});

test('each says what it means and what to do', () => {
  for (const [code, { meaning, todo }] of Object.entries(TABLE)) assert.ok(meaning.length > 5 && todo.length > 5, code);
});
