import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveCorpus } from '../corpus/corpus-server.ts';
import { Workplace } from '../support/command.ts';
import { missing } from '../support/machine.ts';

/** Captured pages refer to hosts that must not be reached: their references fail at once. */
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE localhost , EXCLUDE 127.0.0.1';
const PAGES = 24;

/** Tells what a person would see and do: which labelled fields are shown, and what stands in them after typing. */
const CHECK = `
import assert from 'node:assert/strict';
import { attach, driver, site } from 'gridrun/check';
it('has its fields', async () => {
  await driver.get(site.url);
  const seen = [];
  for (const { tag, index, label } of site.data.truth) {
    const field = (await driver.findElements({ css: tag }))[index];
    assert(field, label + ' is missing');
    const isShown = await field.isDisplayed();
    const typed = isShown && tag === 'input' && label !== 'submit' ? await field.sendKeys('a1').then(() => field.getAttribute('value'), ({ name }) => name) : '';
    seen.push([label, isShown, typed]);
  }
  seen.push(await driver.executeScript('return [document.title, document.forms.length, innerWidth, navigator.language, matchMedia("(hover: hover)").matches]'));
  assert(seen.some(([, isShown]) => isShown), 'no labelled field is shown');
  console.log(JSON.stringify(seen));
});`;

test(
  'the headless shell and full Chrome come to the same verdicts on captured login pages',
  { skip: missing('chrome', 'shell', 'corpus') },
  async () => {
    await using corpus = await serveCorpus();
    const pages = corpus.pages.slice(0, PAGES);
    await using place = await Workplace.with({
      'sites.json': JSON.stringify(
        pages.map((page) => ({ id: page.id, url: corpus.urlOf(page), data: { truth: page.truth } })),
      ),
      'x.check.mjs': CHECK,
      'gridrun.config.json': JSON.stringify({ capabilities: { 'goog:chromeOptions': { args: [OFFLINE] } } }),
    });
    const seenIn = async (chrome: 'shell' | 'full'): Promise<unknown> => {
      const flags = [
        '--sites',
        'sites.json',
        '--chrome',
        chrome,
        '--out',
        chrome,
        '--retries',
        '0',
        '--evidence',
        'none',
      ];
      const { stdout } = await place.run(flags);
      assert.match(stdout, chrome === 'shell' ? /grid local \(headless shell\)/ : /grid local \(full Chrome\)/);
      const { chrome: told, sites, sessions } = await place.results(chrome);
      assert.equal(told, chrome);
      assert.deepEqual(
        [...new Set(sessions.map(({ browserName }) => browserName))],
        [chrome === 'shell' ? 'chrome-headless-shell' : 'chrome'],
      );
      const printed = await place.journal(chrome);
      const texts = printed.flatMap((event) => (event.type === 'check-output' ? [[event.siteId, event.text]] : []));
      return [
        sites.map(({ id, verdict, code }) => [id, verdict, code]),
        texts.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
      ];
    };
    const shell = await seenIn('shell');
    assert.deepEqual(shell, await seenIn('full'));
  },
);
