import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Workplace } from '../support/command.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';

const SKIP = { skip: missing('chrome') };

/** A page that shows in every way it has what is typed into it, and that uses tokens. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>sign in</title>
<form action="/login"><input id="user"><input id="password" type="password" name="pw" maxlength="12">
<input type="password" value="CANARY-of-page"><button>go</button></form>
<p id="mirror"></p><div id="host"></div><a href="/next?page=2&amp;access_token=CANARY-in-url">next</a>
<script src="/script.js"></script>`;
const SCRIPT = `
const field = document.getElementById('password');
field.addEventListener('input', () => {
  field.setAttribute('value', field.value);
  document.title = document.getElementById('mirror').textContent = field.value;
  console.log('typed', field.value);
  history.replaceState(0, '', '/?v=' + encodeURIComponent(field.value));
});
const root = document.getElementById('host').attachShadow({ mode: 'open' });
root.innerHTML = '<input type="password">';
root.firstChild.addEventListener('input', ({ target }) => console.log('typed', target.value));
const headers = { 'X-Api-Key': 'CANARY-in-header', Authorization: 'Bearer CANARY-in-bearer' };
console.log('X-Api-Key: CANARY-in-header', { token: 'CANARY-in-field' }, '/data?api_key=CANARY-in-url');
fetch('/data?api_key=CANARY-in-url', { headers });`;

const HEAD = `
import assert from 'node:assert/strict';
import { writeSync } from 'node:fs';
import { By, Key } from 'selenium-webdriver';
import { attach, driver, site } from 'gridrun/check';
const field = () => driver.findElement(By.id('password'));
beforeEach(async () => { await driver.get(site.url + '?access_token=CANARY-in-url'); });`;

/** What a check does, by its title. */
const CHECKS: Readonly<Record<string, string>> = {
  'types with sendKeys': `
    await driver.findElement(By.id('user')).sendKeys('alice');
    await (await field()).sendKeys('CANARY/of-a');
    const value = await (await field()).getAttribute('value');
    console.log(value, await driver.getCurrentUrl());
    writeSync(1, 'past the streams: ' + value);
    await attach('file ' + value, value);
    assert.equal(value, 'x');`,
  'types with actions': `
    await driver.actions().click(await driver.findElement(By.id('user'))).sendKeys('alice', Key.TAB, 'CANARY/of-b').perform();
    assert.equal(await driver.getTitle(), 'x');`,
  'types too much': `
    await (await field()).sendKeys('CANARY/of-c-and-more');
    assert.equal(await driver.findElement(By.id('mirror')).getText(), 'x');`,
  'types into a shadow tree': `
    const inner = await (await (await driver.findElement(By.id('host'))).getShadowRoot()).findElement(By.css('input'));
    await inner.sendKeys('CANARY/of-d');
    await driver.actions().sendKeys('CANARY/of-e').perform();
    assert.equal(await inner.getAttribute('value'), 'x');`,
  submits: `
    await (await field()).sendKeys('CANARY/of-f', Key.ENTER);
    await driver.wait(async () => (await driver.getCurrentUrl()).includes('/login'), 5_000);
    assert.equal(await driver.getCurrentUrl(), 'x');`,
};

async function startPages(): Promise<HttpServer> {
  return await startHttpServer((request, response) => {
    const isScript = request.url === '/script.js';
    response
      .writeHead(200, {
        'content-type': isScript ? 'text/javascript' : 'text/html',
        'x-auth-token': 'CANARY-in-header',
      })
      .end(isScript ? SCRIPT : PAGE);
  });
}

test('a typed password, and tokens in headers and URLs, are in no output of a real Chrome', SKIP, async () => {
  await using pages = await startPages();
  const checks = Object.entries(CHECKS).map(([title, body]) => `it('${title}', async () => {${body}});`);
  await using place = await Workplace.with({
    'sites.json': JSON.stringify([{ id: 'one', url: `${pages.url}/` }]),
    'x.check.mjs': [HEAD, ...checks].join('\n'),
  });
  const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '-j', '1']);
  assert.equal(code, 1, stdout + stderr);
  const out = join(place.folder, 'gridrun-results');
  const files = (await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const names = new Set(files.map(({ name }) => name));
  for (const name of ['page.html', 'page.mhtml', 'console.txt', 'network.har', 'junit.xml', 'report.html'])
    assert.ok(names.has(name), name);
  // A form of GET and `encodeURIComponent` write the slash as %2F.
  const canary = /CANARY(?:[-/]|%2F|=2F)[\w-]*/gi;
  const found = [...(stdout + stderr).matchAll(canary)].map(([text]) => `printed: ${text}`);
  for (const { parentPath, name } of files) {
    const text = (await readFile(join(parentPath, name), 'latin1')).replaceAll('=\r\n', '');
    found.push(
      ...[name, ...text.matchAll(canary)].slice(canary.test(name) ? 0 : 1).map((hit) => `${name}: ${String(hit)}`),
    );
    canary.lastIndex = 0;
  }
  assert.deepEqual(found, []);
  const [site] = (await place.results()).sites;
  assert.deepEqual(
    site?.checks
      .filter(({ fault }) => !/'.*\*\*\*.*'/.test(fault?.message ?? ''))
      .map((check) => JSON.stringify(check)),
    [],
  );
});
