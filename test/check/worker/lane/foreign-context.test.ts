import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, MODULE_KINDS } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

const SITES = ['one', 'two', 'three'];

/**
 * Promises as Bluebird and Q make them: one queue for all of the process. The async context of the code that starts the
 * queue is that of everything in it. `pooled` calls back from a timer that the first caller started.
 */
const QUEUE = {
  'node_modules/queued/package.json': '{"name":"queued","type":"module","main":"index.js"}',
  'node_modules/queued/index.js': `
    let queue = [];
    const run = () => { const due = queue; queue = []; for (const call of due) call(); };
    const enqueue = (call) => { if (queue.push(call) === 1) setTimeout(run, 4); };
    const waiting = [];
    let timer;
    export const pooled = (call) => {
      waiting.push(call);
      timer ??= setInterval(() => { const next = waiting.shift(); if (next !== undefined) next(); }, 1).unref();
    };
    export class Queued {
      constructor(promise) { this.promise = promise; }
      then(onValue, onError) {
        return new Queued(new Promise((resolve, reject) => {
          const settle = (handler, otherwise) => (value) => enqueue(() => {
            if (typeof handler !== 'function') return otherwise(value);
            try { resolve(handler(value)); } catch (error) { reject(error); }
          });
          Promise.prototype.then.call(this.promise, settle(onValue, resolve), settle(onError, reject));
        }));
      }
    }
  `,
};

for (const kind of MODULE_KINDS) {
  const importing =
    kind === 'esm' ? "import { pooled, Queued } from 'queued';" : "const { pooled, Queued } = require('queued');";
  const lazily = kind === 'esm' ? "import('./lazy.mjs')" : "new Promise((resolve) => resolve(require('./lazy.cjs')))";
  test(`three sessions whose code shares a queue stay on their own sites (${kind})`, async () => {
    await using bench = await startBench({
      files: {
        ...QUEUE,
        ...checkFile(
          kind,
          `${importing}
          const mine = (id) => assert.equal(site.id, id);
          const steps = (id, left) => {
            mine(id);
            return left === 0 ? undefined : new Queued(driver.getCurrentUrl()).then((url) => { assert.equal(url, 'http://' + id + '.test/'); return steps(id, left - 1); });
          };
          it('a chain', function () { const { id } = this.site; return new Queued(driver.get(site.url)).then(() => steps(id, 20)); });
          it('a pool', function (done) {
            const { id } = this.site;
            let left = 20;
            const step = () => pooled(async () => {
              try {
                mine(id);
                assert.equal(await driver.getCurrentUrl(), 'http://' + id + '.test/');
                if (--left === 0) done(); else step();
              } catch (error) { done(error); }
            });
            step();
          });
          it('a lazy module', function () {
            const { id } = this.site;
            return new Queued(driver.getTitle()).then(() => ${lazily}).then(({ idOfSite }) => assert.equal(idOfSite(), id));
          });
          it('attaches', function () {
            const { id } = this.site;
            return new Queued(driver.getTitle()).then(() => attach('id.txt', id));
          });`,
        ),
        'checks/lazy.mjs': "import { site } from 'gridrun/check'; export const idOfSite = () => site.id;",
        'checks/lazy.cjs': "const check = require('gridrun/check'); exports.idOfSite = () => check.site.id;",
      },
      stub: { latencyMs: (request) => request.commandCount % 5 },
      evidence: 'all',
    });
    const outcomes = await Promise.all(
      SITES.map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id) })),
    );
    for (const [nth, outcome] of outcomes.entries()) {
      assert.deepEqual(
        statuses(outcome),
        ['a chain: passed', 'a pool: passed', 'a lazy module: passed', 'attaches: passed'],
        JSON.stringify(outcome.checks),
      );
      const attached = outcome.checks.at(-1)?.attachments?.find(({ name }) => name === 'id.txt');
      assert.match(attached?.path ?? '', new RegExp(`/${SITES[nth]}/attaches`));
    }
    assert.deepEqual(bench.late, []);
  });
}

test('an error of code that comes back in the context of another site fails its own site', async () => {
  await using bench = await startBench({
    files: {
      ...QUEUE,
      ...checkFile(
        'esm',
        `import { pooled } from 'queued';
        it('a', async function () {
          const { id } = this.site;
          await driver.get(site.url);
          await new Promise((resolve) => pooled(resolve));
          if (id === 'two') pooled(() => { throw new Error('of two'); });
          await driver.getTitle(); await driver.getTitle(); await driver.getTitle();
        });`,
      ),
    },
    stub: { latencyMs: 20 },
  });
  const outcomes = await Promise.all(SITES.map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id) })));
  assert.deepEqual(outcomes.map(statuses), [['a: passed'], ['a: failed'], ['a: passed']]);
  assert.equal(outcomes[1]?.checks[0]?.fault?.message, 'of two');
});

test('a secret of one site that is printed in the context of another is hidden', async () => {
  process.env['POOL_PASSWORD'] = 'open sesame';
  await using bench = await startBench({
    files: {
      ...QUEUE,
      ...checkFile(
        'esm',
        `import { pooled } from 'queued';
        it('a', async function () {
          const { env } = this.site;
          await driver.get(site.url);
          await new Promise((resolve) => pooled(() => { if (env.POOL_PASSWORD) console.log(env.POOL_PASSWORD); resolve(); }));
        });`,
      ),
    },
    stub: { latencyMs: 5 },
  });
  await Promise.all(
    SITES.map(
      async (id, slot) =>
        await bench.attempt({
          slot,
          site: { ...siteNamed(id), ...(id === 'three' ? { env: ['POOL_PASSWORD'] } : {}) },
        }),
    ),
  );
  assert.deepEqual(
    bench.output.map(({ text }) => text.trim()),
    ['***'],
  );
});
