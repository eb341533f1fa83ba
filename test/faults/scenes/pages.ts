import type { Zoo } from '../../zoo/zoo-server.ts';
import { ZOO } from '../../zoo/zoo-pages.ts';
import { always } from '../expected.ts';
import type { Scene } from '../scene.ts';

/** The pages of the zoo that stand for a fault; `npm run test:zoo` has the rest. */
const PAGES: Readonly<Record<string, string>> = {
  dns: 'a host name that nobody knows',
  refused: 'nothing listens',
  reset: 'the connection is reset',
  closed: 'the connection is closed without an answer',
  'tls-self-signed': 'a certificate of its own',
  'tls-on-plain-http': 'HTTP where TLS should be',
  'redirect-loop': 'redirects in a circle',
  'other-origin-http': 'a redirect to another origin',
  'no-answer': 'no answer at all',
  'slow-header': 'a header that never ends',
  'endless-stream': 'a page that never ends',
  'empty-404': 'an empty 404',
  'empty-503': 'an empty 503',
  'page-500': 'a 500 with a page',
  'no-content-204': 'a 204',
  download: 'a download',
  'blank-empty': 'an empty page',
  'cut-length': 'a body that is cut off',
  'gzip-lie': 'a broken encoding',
  'alert-loop': 'dialogs without end',
  'loop-after-load': 'a loop that holds the renderer',
  'poisoned-json': 'scripts that break the driver',
};

const CHECK = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('has a login form', async () => {
  await driver.get(site.url);
  await driver.getTitle();
  assert.equal((await driver.findElements({ css: 'input[name=user]' })).length, 1, 'the page has no login form');
});
`;

const SHORT = new Set(['refused', 'empty-503', 'no-content-204', 'download', 'other-origin-http']);

/** All pages in two runs, with good ones between them. */
export function pages(zoo: Zoo): Scene[] {
  const names = Object.keys(PAGES);
  return [names.filter((name) => SHORT.has(name)), names.filter((name) => !SHORT.has(name))].map((each, index) => ({
    family: 'page',
    ground: 'chrome',
    isShort: index === 0,
    suite: CHECK,
    urls: Object.fromEntries(each.map((name) => [name, zoo.urlOf(name)])),
    faults: Object.fromEntries(
      each.map((name) => [name, { fault: PAGES[name]!, expected: always(ZOO[name]!.expected.user[0]!) }]),
    ),
  }));
}
