import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, localModule, MODULE_KINDS } from '../../module-kinds.ts';
import { siteNamed, startBench } from '../../suite-bench.ts';

const LANES = 20;

/** Each site's own name goes into variables of every level, and comes out of them after the others had their turn. */
const MIXING = `
let atModule;
beforeEach(async function () {
  atModule = site.id;
  state.box.value = site.id;
  this.atContext = site.id;
  await driver.get(site.url);
});
describe('state', () => {
  let atDescribe;
  before(() => { atDescribe = site.id; });
  for (let nth = 1; nth <= 3; nth++) {
    it('check ' + nth, async function () {
      await driver.getTitle();
      const lazy = await lazily();
      lazy.box.value ??= site.id;
      const url = await driver.getCurrentUrl();
      assert.deepEqual(
        [atModule, atDescribe, state.box.value, lazy.box.value, this.atContext, this.site.id, url],
        [site.id, site.id, site.id, site.id, site.id, site.id, site.url]);
    });
  }
});
after(async () => { (await lazily()).box.value = undefined; });
`;

for (const kind of MODULE_KINDS) {
  test(`${LANES} lanes of one worker never mix two sites (${kind})`, async () => {
    const lazily =
      kind === 'esm'
        ? "const lazily = () => import('./lazy.mjs');"
        : "const lazily = async () => require('./lazy.cjs');";
    await using bench = await startBench({
      files: {
        ...checkFile(kind, `console.log(process.pid); ${lazily}${MIXING}`, ['state']),
        ...localModule(kind, 'state', 'box', '{}'),
        ...localModule(kind, 'lazy', 'box', '{}'),
      },
      stub: { latencyMs: (request) => request.commandCount % 7 },
    });
    const sites = Array.from({ length: LANES * 3 }, (_, index) => siteNamed(`site${index}`));
    const sessions = await Promise.all(Array.from({ length: LANES }, async () => await bench.session()));
    const failures: unknown[] = [];
    await Promise.all(
      sessions.map(async (session, slot) => {
        for (let nth = slot; nth < sites.length; nth += LANES) {
          const outcome = await bench.attempt({ slot, site: sites[nth]!, session });
          assert.equal(outcome.ending, 'completed');
          assert.equal(outcome.checks.length, 3);
          failures.push(...outcome.checks.filter((check) => check.status !== 'passed'));
        }
      }),
    );
    assert.deepEqual(failures, []);
    assert.equal(new Set(bench.output.map(({ text }) => text)).size, 1);
    assert.deepEqual(bench.late, []);
  });
}

test('the guard sees state that lanes share', async () => {
  // A module that lanes do share, as one in node_modules is: the very check of above must notice.
  await using bench = await startBench({
    files: {
      ...checkFile(
        'esm',
        `import * as state from 'shared'; const lazily = async () => ({ box: { value: site.id } });${MIXING}`,
      ),
      'node_modules/shared/package.json': '{"name":"shared","type":"module","main":"index.js"}',
      'node_modules/shared/index.js': 'export const box = {};',
    },
    stub: { latencyMs: 5 },
  });
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, async (_, slot) => await bench.attempt({ slot, site: siteNamed(`site${slot}`) })),
  );
  assert.ok(outcomes.flatMap((outcome) => outcome.checks).some((check) => check.status === 'failed'));
});

test('what one site left on `this` is not there for the next one in its lane', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "before(function () { assert.equal(this.left, undefined); this.left = site.id; }); it('is clean', function () { assert.equal(this.left, site.id); });",
    ),
  });
  for (const id of ['one', 'two']) {
    const outcome = await bench.attempt({ site: siteNamed(id) });
    assert.equal(outcome.checks[0]?.status, 'passed', outcome.checks[0]?.fault?.message);
  }
});

test('a lane that finds other checks than the first is not run', async () => {
  await using bench = await startBench({
    files: {
      ...checkFile(
        'esm',
        "import { once } from 'registry'; if (once()) it('only the first time', () => {}); it('always', () => {});",
      ),
      'node_modules/registry/package.json': '{"name":"registry","type":"module","main":"index.js"}',
      'node_modules/registry/index.js': 'let count = 0; export const once = () => count++ === 0;',
    },
  });
  assert.equal((await bench.pool.load()).length, 2);
  assert.equal((await bench.attempt({ slot: 0, site: siteNamed('one') })).ending, 'completed');
  const second = await bench.attempt({ slot: 1, site: siteNamed('two') });
  assert.equal(second.ending, 'faulted');
  assert.equal(second.fault?.code, 'runner.lane');
  assert.match(
    second.fault.message,
    /found other checks than the first: 'always' instead of 'only the first time', 'always'/,
  );
});
