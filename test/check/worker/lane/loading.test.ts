import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUILT_IN_CHECK, findCheckFiles } from '../../../../src/check/pool/check-files.ts';
import { suiteHashes } from '../../../../src/check/pool/suite-hash.ts';
import { tagsOf } from '../../../../src/check/worker/lane/suite-plan.ts';
import { GridrunError } from '../../../../src/core/fault.ts';
import { portablePath } from '../../../../src/os/portable-path.ts';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses, type BenchOptions } from '../../suite-bench.ts';

/** The refusal of a suite, which must come without any browser. */
async function refusalOf(options: BenchOptions): Promise<GridrunError> {
  await using bench = await startBench(options);
  const error: unknown = await bench.pool.load().then(
    () => assert.fail('the suite was loaded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GridrunError, String(error));
  assert.equal(error.answer, 'refuse', error.message);
  assert.equal(bench.stub.stats.sessionsCreated, 0);
  return error;
}

test('every mistake of every file is named, with file and line', async () => {
  const refusal = await refusalOf({
    files: {
      'checks/good.check.ts': "it('a', () => {});",
      'checks/syntax.check.mjs': "\nit('a', () => {});\nconst x = ;\n",
      'checks/types.check.ts': '\n\nconst x: = 3;\n',
      'checks/common.check.cjs': '\n\n\nconst x = ;\n',
      'checks/package.check.ts': "\nimport { x } from 'no-such-package';\nit('a', x);\n",
      'checks/path.check.ts':
        "import assert from 'node:assert';\n\nimport { x } from './no-such-file.ts';\nit('a', x);\n",
      'checks/required.check.cjs': "\nrequire('./gone');\n",
      'checks/name.check.mjs': "\n\nimport { nothing } from 'node:fs';\n",
      'checks/throws.check.ts': "\n\n\n\nthrow new Error('at its top');\n",
      'checks/deep.check.mjs': "import './lib/broken.mjs';\n",
      'checks/lib/broken.mjs': '\n\nlet let = 1;\n',
      'checks/early.check.ts': "import { site } from 'gridrun/check';\nit(site.url, () => {});\n",
    },
  });
  assert.equal(refusal.code, 'checks.not-loaded');
  const places = refusal.mistakes.map((mistake) => /^[^:]+(:\d+)?/.exec(mistake)?.[0]);
  assert.deepEqual(places, [
    'checks/common.check.cjs:4',
    'checks/lib/broken.mjs:3',
    'checks/early.check.ts:2',
    'checks/name.check.mjs:3',
    'checks/package.check.ts:2',
    'checks/path.check.ts:3',
    'checks/required.check.cjs:2',
    'checks/syntax.check.mjs:3',
    'checks/throws.check.ts:5',
    'checks/types.check.ts:3',
  ]);
  const text = refusal.mistakes.join('\n');
  assert.match(text, /import of 'no-such-package': there is no such package \(npm install no-such-package\)/);
  assert.match(text, /import of '\.\/no-such-file\.ts': there is no such file/);
  assert.match(text, /`site` of gridrun\/check was read outside of a running check/);
  assert.doesNotMatch(text, /lane=/);
});

test('an import that finds nothing names what to write instead', async () => {
  const importOf = (specifier: string): string => `import { x } from '${specifier}';\nit('a', x);\n`;
  const { mistakes } = await refusalOf({
    files: {
      'lib/types.ts': '',
      'lib/pages/index.mts': '',
      'checks/a.check.ts': importOf('../lib/types'),
      'checks/b.check.ts': importOf('../lib/types.js'),
      'checks/c.check.ts': importOf('../lib/pages'),
      'checks/d.check.ts': importOf('../lib/none.js'),
      'checks/e.check.ts': importOf('@/lib/types'),
      'checks/f.check.ts': importOf('@lib/types'),
      'checks/g.check.ts': importOf('lib/types'),
      'checks/h.check.ts': importOf('#lib/types'),
      'checks/i.check.ts': importOf('@some/package/deep/in.js'),
    },
  });
  const alias = 'there is no such package (gridrun does not read `paths` of tsconfig.json; use a relative path)';
  assert.deepEqual(
    mistakes.map((mistake) => mistake.replace(/^.*?': /, '')),
    [
      "there is no such file; write '../lib/types.ts'",
      "there is no such file; write '../lib/types.ts'",
      "there is no such file; write '../lib/pages/index.mts'",
      'there is no such file',
      alias,
      alias,
      alias,
      'the `imports` of package.json do not have it',
      'there is no such package (npm install @some/package)',
    ],
  );
});

test('a file in a folder with an odd name is named with its line', async () => {
  const { mistakes } = await refusalOf({
    files: {
      'checks/C#? 100%20 (ü) [x] & $HOME/a.check.ts': "\n\nthrow new Error('at its top');\n",
      'checks/C#? 100%20 (ü) [x] & $HOME/b.check.cjs': "\n\n\nthrow new Error('at its top');\n",
    },
  });
  assert.deepEqual(mistakes, [
    'checks/C#? 100%20 (ü) [x] & $HOME/a.check.ts:3: at its top',
    'checks/C#? 100%20 (ü) [x] & $HOME/b.check.cjs:4: at its top',
  ]);
});

test('a suite with no check is refused, also when a filter leaves none', async () => {
  const files = checkFile('esm', "describe('empty', () => {});");
  assert.deepEqual((await refusalOf({ files })).mistakes, ['checks/suite.check.mjs has no it()']);
  const some = checkFile('esm', "it('a @x', () => {});");
  assert.match(
    (await refusalOf({ files: some, grep: 'nothing' })).message,
    /--grep nothing selects none of the 1 checks/,
  );
});

test('--forbid-only names file and title', async () => {
  const files = {
    'checks/a.check.ts': "describe('s', () => { it.only('one', () => {}); it('two', () => {}); });",
    'checks/b.check.ts': "describe.only('all', () => { it('x', () => {}); });",
  };
  assert.deepEqual((await refusalOf({ files, forbidOnly: true })).mistakes, [
    'checks/b.check.ts: all',
    'checks/a.check.ts: s one',
  ]);
  await using bench = await startBench({ files });
  assert.deepEqual(
    (await bench.pool.load()).map((check) => check.title),
    ['all x', 's one'].sort((a, b) => b.localeCompare(a)),
  );
});

test('a file whose loading never ends is named', async () => {
  const refusal = await refusalOf({ files: checkFile('esm', 'for (;;);'), stallLimitMs: 1_000 });
  assert.match(refusal.mistakes[0] ?? '', /suite\.check\.mjs: loading this file never ends/);
});

test('a file that waits for ever at its top level is named, and so are the mistakes of the others', async () => {
  const files = {
    'checks/a.check.mjs': "await new Promise(() => {}); it('a', () => {});",
    'checks/b.check.mjs': 'nowhere();',
  };
  const { mistakes } = await refusalOf({ files, loadLimitMs: 300 });
  assert.match(mistakes[0] ?? '', /^checks\/a\.check\.mjs: loading it is not done after 300 ms/);
  assert.match(mistakes[1] ?? '', /^checks\/b\.check\.mjs:1: ReferenceError/);
});

test('a file is what it is written in, whatever type its package.json says', async () => {
  await using bench = await startBench({
    files: {
      'package.json': '{ "type": "commonjs" }',
      'lib/common.js': "module.exports = { text: 'import x from \\n export' };",
      'lib/module.js': "import { basename } from 'node:path';\nexport const name = basename('/a/b');",
      'checks/a.check.ts':
        "import common from '../lib/common.js';\nimport { name } from '../lib/module.js';\nit('ts ' + name + common.text.length, (): void => {});",
      'checks/b.check.js': "const { text } = require('../lib/common.js');\nit('cjs ' + text.length, () => {});",
      'checks/c.check.ts':
        "const { text } = require('../lib/common.js');\nit('cts ' + (text as string).length, () => {});",
    },
  });
  const titles = (await bench.pool.load()).map((check) => check.title);
  assert.deepEqual(titles, ['ts b22', 'cjs 22', 'cts 22']);
  assert.deepEqual(
    statuses(await bench.attempt({ site: siteNamed('one') })),
    titles.map((title) => `${title}: passed`),
  );
});

test('grep, grep-invert and tags choose checks', async () => {
  const files = checkFile(
    'esm',
    "describe('login @smoke', () => { it('one', () => {}); it('two @slow', () => {}); }); it('three @slow', () => {}); it('four', () => {});",
  );
  const chosen = async (options: Partial<BenchOptions>): Promise<string[]> => {
    await using bench = await startBench({ files, ...options });
    const titles = (await bench.pool.load()).map((check) => check.title);
    assert.deepEqual(
      statuses(await bench.attempt({ site: siteNamed('one') })),
      titles.map((title) => `${title}: passed`),
    );
    return titles;
  };
  assert.deepEqual(await chosen({ grep: 'one|four' }), ['four', 'login @smoke one']);
  assert.deepEqual(await chosen({ grepInvert: 'login' }), ['three @slow', 'four']);
  assert.deepEqual(await chosen({ tags: ['smoke'] }), ['login @smoke one', 'login @smoke two @slow']);
  assert.deepEqual(await chosen({ tags: ['slow'], grepInvert: 'login' }), ['three @slow']);
  assert.equal((await chosen({ tags: ['a-tag-of-sites'] })).length, 4);
  assert.deepEqual(tagsOf('mail a@b.c @one  @two:x @one'), ['one', 'two:x']);
});

test('gridrun/check and selenium-webdriver are found where the project has neither, of every kind of file', async () => {
  const names =
    "const ok = () => driver !== undefined && typeof By.css === 'function' && typeof until.titleIs === 'function';";
  const head = (text: string): string => `${text}\n${names}\n`;
  await using bench = await startBench({
    files: {
      'checks/a.check.ts':
        head(
          "import { driver } from 'gridrun/check';\nimport { By, until } from 'selenium-webdriver';\nimport { describe, it } from 'mocha';",
        ) +
        "describe('ts', () => { it('a', async function (this: Mocha.Context) { await driver.wait(until.titleIs('a page')); if (!ok()) throw new Error('no'); }); });",
      'checks/b.check.cjs':
        head(
          "const { driver } = require('gridrun/check');\nconst { By, until } = require('selenium-webdriver');\nconst { it } = require('mocha');",
        ) + "it('cjs', async () => { await driver.wait(until.titleIs('a page')); if (!ok()) throw new Error('no'); });",
      'checks/c.check.mts':
        head("import { driver } from 'gridrun/check';\nimport { By, until } from 'selenium-webdriver';") +
        "it('mts', async () => { if (!ok()) throw new Error('no'); });",
    },
  });
  await bench.pool.load();
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(
    statuses(outcome).sort(),
    ['cjs: passed', 'mts: passed', 'ts a: passed'],
    outcome.checks.map((check) => check.fault?.message).join('\n'),
  );
});

test('the hashes of a suite follow its check files, and apart from them the modules that they import', async () => {
  await using bench = await startBench({
    files: {
      'checks/a.check.mjs': "import { name } from '../lib/name.mjs';\nit(name, () => {});",
      'lib/name.mjs':
        "import { createRequire } from 'node:module';\nexport const { name } = createRequire(import.meta.url)('./name.json');",
      'lib/name.json': '{"name":"a"}',
      'lib/unused.mjs': 'export {};',
    },
  });
  await bench.pool.load();
  const { files } = bench.pool;
  const cwd = bench.dir;
  const named = (paths: readonly string[]): string[] => paths.map((path) => portablePath(cwd, path)).toSorted();
  assert.deepEqual(named(files), ['checks/a.check.mjs', 'lib/name.json', 'lib/name.mjs']);
  const checkFiles = files.filter((file) => file.endsWith('.check.mjs'));
  const before = await suiteHashes(cwd, checkFiles, files);
  assert.deepEqual(await suiteHashes(cwd, checkFiles, files.toReversed()), before);
  writeFileSync(join(cwd, 'lib/name.json'), '{"name":"b"}');
  const edited = await suiteHashes(cwd, checkFiles, files);
  assert.equal(edited.suiteHash, before.suiteHash);
  assert.notEqual(edited.importsHash, before.importsHash);
});

test('a .mocharc is pointed out', async () => {
  await using bench = await startBench({
    files: { ...checkFile('esm', "it('a', () => {});"), '.mocharc.yml': 'timeout: 1' },
  });
  await bench.pool.load();
  assert.deepEqual(
    bench.notices.map((notice) => notice.code),
    ['checks.mocharc'],
  );
  assert.match(bench.notices[0]!.text, /does not read \.mocharc\.yml.*gridrun\.config/);
});

test('the default globs, the built-in check, and globs that match nothing', async () => {
  await using bench = await startBench({
    files: {
      'checks/deep/er/a.check.mjs': "it('a', () => {});",
      'checks/helper.mjs': '',
      'checks/node_modules/x/b.check.mjs': '',
      'other/c.mjs': "it('c', () => {});",
    },
  });
  const names = async (...globs: string[]): Promise<string[]> =>
    (await findCheckFiles(bench.dir, globs)).map((file) => file.slice(bench.dir.length + 1));
  assert.deepEqual(await names(), ['checks/deep/er/a.check.mjs']);
  assert.deepEqual(await names('other/*.mjs', 'other/c.mjs'), ['other/c.mjs']);
  assert.deepEqual(await names('checks/deep/'), ['checks/deep/er/a.check.mjs']);
  await assert.rejects(names('other/*', 'no/*', 'nope.ts', 'reprot'), {
    answer: 'refuse',
    mistakes: [
      'no/*: no file matches',
      'nope.ts: no file matches',
      'reprot: no file matches, and gridrun has no command with that name',
    ],
  });
  assert.deepEqual(await findCheckFiles(`${bench.dir}/other`, []), [BUILT_IN_CHECK]);
});
