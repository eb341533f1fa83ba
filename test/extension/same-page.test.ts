import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { manifestWith } from './probe-extension.ts';

const SKIP = { skip: missing('chrome') };

const FORM =
  '<main><h1>Sign in</h1><form><input name=user><input type=password name=pass><button>Go</button></form></main>';
const WALL = '<main><h1>Are you human?</h1><p>Tick the box.</p><label><input type=checkbox name=human></label></main>';

/** A server whose page depends on how often the document was asked for. Each page has other ads and another token. */
async function startPages(pageFor: (load: number) => string) {
  let loads = 0;
  return await startHttpServer((request, response) => {
    if (request.url !== '/') return response.writeHead(404).end();
    const load = loads++;
    response.writeHead(200, { 'content-type': 'text/html' });
    const ads = '<p class="ad"><a href="/x"><img src="/y"></a></p>'.repeat(load % 3);
    return response.end(
      `<!doctype html><title>(${load}) Shop</title><input type=hidden name=t${load}a value=1>${pageFor(load)}${ads}`,
    );
  });
}

/** Runs one check on one site, with the same extension in both arms or a broken one. */
async function sweep(url: string, subject: string, budget: string): Promise<{ stdout: string; place: Workplace }> {
  const manifest = JSON.stringify(manifestWith({ content_scripts: [{ matches: ['http://*/*'], js: ['content.js'] }] }));
  const place = await Workplace.with({
    'well/manifest.json': manifest,
    'well/content.js': 'document.documentElement.dataset.marked = "yes";',
    'broken/manifest.json': manifest,
    'broken/content.js':
      'document.documentElement.dataset.marked = "yes"; document.querySelector("[type=password]").remove(); document.title = "Another"; document.body.append(...Array.from({ length: 50 }, (_, i) => document.createElement("section-" + i)));',
    'sites.json': JSON.stringify([{ id: 'shop', url }]),
    'x.check.mjs': `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('has a password field', async () => {
  await driver.get(site.url);
  assert.equal((await driver.findElements({ css: '[type=password]' })).length, 1);
});`,
  });
  const { stdout } = await place.run([
    'x.check.mjs',
    '--sites',
    'sites.json',
    '--extension',
    subject,
    '--control',
    'well',
    '--evidence',
    'none',
    '--control-budget',
    budget,
    '-j',
    '1',
  ]);
  return { stdout, place };
}

test('an innocent build is not blamed for two pages that the server sends in turn', SKIP, async () => {
  await using server = await startPages((load) => (load % 2 === 0 ? WALL : FORM));
  const { stdout, place } = await sweep(`${server.url}/`, 'well', '7');
  await using _ = place;
  const [shop] = (await place.results()).sites;
  assert.ok(shop?.attribution === 'undecided' || shop?.attribution === 'not-build', stdout);
  // Two of the three turns give pairs of one page, with a load of another turn.
  assert.deepEqual(shop.otherPages, { pairs: 1, all: 3 }, JSON.stringify(shop));
  const told = /the server sent another page in 1 of 3 pairs; it does not count/;
  for (const report of [stdout, await place.read('gridrun-results/junit.xml')]) assert.match(report, told);
});

test('a build that changes a steady page is broken: what it does to the page is no other page', SKIP, async () => {
  await using server = await startPages(() => FORM);
  const { stdout, place } = await sweep(`${server.url}/`, 'broken', '9');
  await using _ = place;
  const [shop] = (await place.results()).sites;
  assert.equal(shop?.attribution, 'broken', stdout);
  assert.equal(shop?.otherPages, undefined);
  const pages = (await place.journal()).flatMap((event) =>
    event.type === 'attempt-ended' ? [event.attempt.sentPage] : [],
  );
  // The first load is in no pair.
  assert.deepEqual(
    pages.map((page) => page !== undefined),
    [false, ...pages.slice(1).map(() => true)],
  );
  assert.deepEqual(pages[1]?.chain, [`200 ${server.url}/`]);
});

test('a page that a rule of the extension blocks or redirects is an outcome', SKIP, async () => {
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-language': 'en' });
    return response.end(`<!doctype html><title>Shop</title>${FORM}`);
  });
  const rule = (id: number, from: string, action: object): object => ({
    id,
    action,
    condition: { urlFilter: from, resourceTypes: ['main_frame'] },
  });
  const extension = { matches: ['http://*/*'], js: ['content.js'] };
  await using place = await Workplace.with({
    'well/manifest.json': JSON.stringify(manifestWith({ content_scripts: [extension] })),
    'well/content.js': '',
    'rules/manifest.json': JSON.stringify(
      manifestWith({
        permissions: ['declarativeNetRequest'],
        host_permissions: ['http://*/*'],
        content_scripts: [extension],
        declarative_net_request: { rule_resources: [{ id: 'rules', enabled: true, path: 'rules.json' }] },
      }),
    ),
    'rules/content.js': '',
    'rules/rules.json': JSON.stringify([
      rule(1, '/blocked', { type: 'block' }),
      rule(2, '/moved', { type: 'redirect', redirect: { url: `${server.url}/elsewhere` } }),
    ]),
    'sites.json': JSON.stringify(['blocked', 'moved'].map((id) => ({ id, url: `${server.url}/${id}` }))),
    'x.check.mjs': `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('is there', async () => {
  await driver.get(site.url);
  assert.equal(await driver.getCurrentUrl(), site.url);
  assert.equal((await driver.findElements({ css: '[type=password]' })).length, 1);
});`,
  });
  const run = [
    'x.check.mjs',
    '--sites',
    'sites.json',
    '--extension',
    'rules',
    '--control',
    'well',
    '--evidence',
    'none',
  ];
  const { stdout } = await place.run([...run, '--control-budget', '3', '--per-host', '2', '-j', '2']);
  const compared = (await place.journal()).flatMap((event) =>
    event.type === 'attempt-ended' && event.attempt.attempt > 1 ? [event.attempt] : [],
  );
  const pages = compared.map(
    ({ siteId, arm, sentPage }) => `${siteId} ${arm} ${sentPage?.byExtension ?? 'the server'}`,
  );
  assert.deepEqual(
    pages.toSorted(),
    ['blocked control the server', 'blocked subject true', 'moved control the server', 'moved subject true'],
    stdout,
  );
  assert.ok(compared.every(({ arm, sentPage }) => arm === 'subject' || sentPage?.language === 'en'));
  assert.ok((await place.results()).sites.every(({ otherPages }) => otherPages === undefined));
});
