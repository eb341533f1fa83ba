import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, MODULE_KINDS } from '../module-kinds.ts';
import { startBench, statuses, tryAll } from '../suite-bench.ts';

const SITES = ['one', 'two', 'three'];
/** The others differ only in what they patch. */
const IN_BOTH_KINDS = new Set(['selenium-webdriver', 'a global']);

/** A package as chai is: helpers extend what it exports. */
const PACKAGE = {
  'node_modules/assertions/package.json': '{"name":"assertions","type":"module","main":"index.js"}',
  'node_modules/assertions/index.js':
    "export class Assertion { visible() { return ['original']; } }\nexport const settings = {};",
};

/** Patches that a project makes when its helpers are loaded. Each counts its layers, and knows the lane that made it. */
const PATCHES: Readonly<Record<string, { readonly patch: string; readonly call: string; readonly sees: string }>> = {
  'selenium-webdriver': {
    patch: `const { getText } = WebElement.prototype;
      WebElement.prototype.getText = async function () { calls.push(site.id); return await getText.call(this); };`,
    call: "await (await driver.findElement({ css: 'h1' })).getText();",
    sees: '[site.id]',
  },
  'a global': {
    patch: 'globalThis.page = { open: async () => { await driver.get(site.url); calls.push(site.id); } };',
    call: 'await page.open(); assert.equal(await driver.getCurrentUrl(), site.url);',
    sees: '[site.id]',
  },
  'a builtin': {
    patch: `const before = Array.prototype.last;
      Array.prototype.last = function () { calls.push(site.id); return before?.call(this) ?? this.at(-1); };`,
    call: 'assert.equal([1, 2].last(), 2);',
    sees: '[site.id]',
  },
  'a package': {
    patch: `const { visible } = Assertion.prototype;
      Assertion.prototype.visible = function () { calls.push(site.id); return visible.call(this); };`,
    call: "assert.deepEqual(new Assertion().visible(), ['original']);",
    sees: '[site.id]',
  },
  'a handler': {
    patch: "process.on('unhandledRejection', () => {});",
    call: "calls.push(process.listenerCount('unhandledRejection'));",
    sees: '[1]',
  },
  'an environment variable': {
    patch: 'process.env.COUNT = String(Number(process.env.COUNT ?? 0) + 1);',
    call: 'calls.push(process.env.COUNT);',
    sees: "['1']",
  },
};

for (const kind of MODULE_KINDS) {
  for (const [name, { patch, call, sees }] of Object.entries(PATCHES)) {
    if (kind === 'cjs' && !IN_BOTH_KINDS.has(name)) continue;
    test(`what the files patch when they are loaded exists once, for their own lane: ${name} (${kind})`, async () => {
      const imports =
        kind === 'esm'
          ? "import { WebElement } from 'selenium-webdriver';\nimport { Assertion } from 'assertions';"
          : "const { WebElement } = require('selenium-webdriver');\nconst { Assertion } = require('assertions');";
      await using bench = await startBench({
        files: {
          ...PACKAGE,
          ...checkFile(
            kind,
            `${imports}
            const calls = [];
            ${patch}
            it('calls it', async function () {
              calls.length = 0;
              ${call}
              assert.deepEqual(calls, ${sees});
              if (site.id.endsWith('!')) { this.timeout(50); await new Promise(() => {}); }
            });`,
          ),
        },
        stub: { latencyMs: 5 },
      });
      // A check that runs out of time makes its lane load again.
      for (const sites of [SITES, SITES.map((id) => `${id}!`), SITES]) {
        const outcomes = await tryAll(bench, sites);
        for (const id of sites) {
          const [check] = outcomes[id]!.checks;
          if (id.endsWith('!')) assert.equal(check?.fault?.code, 'check.timeout', check?.fault?.message);
          else assert.deepEqual(statuses(outcomes[id]!), ['calls it: passed'], check?.fault?.stack);
        }
      }
      const codes = bench.notices.map(({ code }) => code);
      assert.deepEqual(codes, name === 'a package' ? ['checks.shared-process'] : []);
    });
  }
}
