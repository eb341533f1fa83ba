import { always, once, UNHARMED } from '../expected.ts';
import { scene, type Scene } from '../scene.ts';

const FOREVER = 'await new Promise(() => {});';

/** What a check can do to itself and to its worker. */
export const CHECKS: readonly Scene[] = [
  scene('check', 'stub', 'an assertion fails', always('check.failed'), { check: 'assert.equal(1, 2);', isShort: true }),
  scene('check', 'stub', 'it throws', always('check.failed'), { check: "throw new TypeError('no');" }),
  scene('check', 'stub', 'it throws nothing', always('check.failed'), { check: 'throw undefined;' }),
  scene('check', 'stub', 'it never ends', always('check.timeout'), { check: FOREVER }),
  scene('check', 'stub', 'it sends commands and never ends', always('check.timeout'), {
    check: 'for (;;) await driver.getTitle();',
  }),
  scene('check', 'stub', 'it loops in its process', always('runner.endless-loop'), {
    check: 'for (;;);',
    neighbors: 'passed',
    // It ends after 10 s of its own CPU time, which a busy machine gives late.
    limitMs: 60_000,
  }),
  scene('check', 'stub', 'it calls process.exit', always('check.failed'), { check: 'process.exit(0);' }),
  scene('check', 'stub', 'it calls process.abort, each time', always('check.ended-process'), {
    check: 'process.abort();',
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'it kills its process, each time', always('runner.worker-died'), {
    check: `process.kill(process.pid, 'SIGKILL'); ${FOREVER}`,
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'its process is killed, once', once('runner.worker-died'), {
    check: 'await harm();',
    harm: ({ worker }) => void process.kill(worker, 'SIGKILL'),
    neighbors: 'passed',
    isShort: true,
  }),
  scene('check', 'stub', 'its process is stopped, once', once('runner.worker-died'), {
    check: 'await harm();',
    harm: ({ worker }) => void process.kill(worker, 'SIGSTOP'),
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'it stops its process, each time', always('runner.worker-died'), {
    check: `process.kill(process.pid, 'SIGSTOP'); ${FOREVER}`,
    neighbors: 'passed',
    // Each attempt waits for a new process to start.
    limitMs: 20_000,
  }),
  scene('check', 'stub', 'it leaves 20,000 timers', UNHARMED, {
    check: 'for (let i = 0; i < 20_000; i++) setInterval(() => {}, 1);',
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'it leaves 2,000 timers that compute', UNHARMED, {
    check: 'for (let i = 0; i < 2_000; i++) setInterval(() => { for (let n = 0; n < 1_000_000; n++); }, 1);',
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'its error has 100 MB', always('check.failed'), {
    check: "throw new Error('x'.repeat(100_000_000));",
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'it prints 100 MB at once', UNHARMED, {
    check: "console.log('x'.repeat(100_000_000));",
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'it attaches 100 MB', UNHARMED, {
    check: "await attach('big', 'x'.repeat(100_000_000));",
    neighbors: 'passed',
  }),
  scene('check', 'stub', 'it uses up the memory of its process', always('check.ended-process'), {
    check: 'const all = []; for (;;) all.push(new Array(1000).fill(site));',
    options: { env: { NODE_OPTIONS: '--max-old-space-size=96' } },
    neighbors: 'passed',
    says: /out of memory/,
  }),
  scene('check', 'stub', 'it leaves a rejection unhandled', always('check.failed'), {
    check: "void Promise.reject(new Error('nobody waits')); await new Promise((resolve) => setTimeout(resolve, 50));",
  }),
  scene('check', 'stub', 'a timer of it throws', always('check.failed'), {
    check:
      "setTimeout(() => { throw new Error('late'); }, 10); await new Promise((resolve) => setTimeout(resolve, 100));",
  }),
  scene('check', 'stub', 'it prints without end', always('check.timeout'), {
    check: "for (;;) { console.log('x'.repeat(1000)); await new Promise((resolve) => setImmediate(resolve)); }",
  }),
  scene('check', 'stub', 'it prints 20 MB', UNHARMED, {
    check: "for (let i = 0; i < 20; i++) console.log('x'.repeat(1_000_000));",
  }),
  scene('check', 'stub', 'it makes a test while it runs', always('check.late-test'), {
    check: "it('late', () => {});",
  }),
  scene('check', 'stub', 'it does not await a command', always('check.unawaited-command'), {
    suite: `
import { driver, site } from 'gridrun/check';
it('works', async () => { await driver.get(site.url); if (site.id === 'bad') void driver.getTitle(); });
`,
  }),
  scene('check', 'stub', 'its hook throws', always('check.failed'), {
    suite: `
import { driver, site } from 'gridrun/check';
beforeEach(() => { if (site.id === 'bad') throw new Error('no'); });
it('works', async () => { await driver.get(site.url); });
`,
  }),
  scene('check', 'chrome', 'it looks for an element that is not there', always('check.failed'), {
    check: "await driver.findElement({ css: '#none' });",
  }),
];
