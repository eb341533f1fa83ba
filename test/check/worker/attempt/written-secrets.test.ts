import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHttpServer } from '../../../support/http-server.ts';
import { Workplace } from '../../../support/command.ts';
import { missing } from '../../../support/machine.ts';

const PAGE = `<!doctype html><input id="user"><input id="password" type="password"><x-field id="host"></x-field><ol id="log"></ol>
<script>
  const shadow = document.getElementById('host').attachShadow({ mode: 'closed' });
  shadow.innerHTML = '<input type="password">';
  const show = ({ target }) => {
    document.getElementById('log').innerHTML += '<li>' + target.value + '</li>';
    console.log(target.value);
  };
  for (const field of [...document.querySelectorAll('input'), shadow.querySelector('input')]) field.addEventListener('input', show);
</script>`;

/** Each way to write \`TEXT\` into a password field, without \`sendKeys\` to it. */
const WAYS: Readonly<Record<string, string>> = {
  'actions into a closed shadow tree': `await driver.actions().click(await driver.findElement(By.id('host'))).sendKeys(TEXT).perform();`,
  'sendKeys after a Tab into a closed shadow tree': `await driver.findElement(By.id('password')).sendKeys(Key.TAB); await driver.actions().sendKeys(TEXT).perform();`,
  'input.performActions of BiDi': `
    await password.click();
    const actions = [{ type: 'key', id: 'k', actions: [...TEXT].flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]) }];
    await (await driver.getBidi()).send({ method: 'input.performActions', params: { context: await driver.getWindowHandle(), actions } });`,
  'Input.insertText of DevTools': `await password.click(); await driver.sendDevToolsCommand('Input.insertText', { text: TEXT });`,
  'Input.insertText over a socket': `
    await password.click();
    const connection = await driver.createCDPConnection('page');
    await connection.send('Input.insertText', { text: TEXT });`,
  'Input.dispatchKeyEvent of DevTools': `
    await password.click();
    for (const text of TEXT) await driver.sendDevToolsCommand('Input.dispatchKeyEvent', { type: 'char', text });`,
  'a script': `await driver.executeScript('arguments[0].value = arguments[1].text; arguments[0].dispatchEvent(new Event("input"))', password, { text: TEXT });`,
  'a script that names the attribute': `await driver.executeScript('arguments[0].setAttribute(arguments[1], arguments[2]); arguments[0].dispatchEvent(new Event(arguments[3]))', password, 'value', TEXT, 'input');`,
  'an asynchronous script': `await driver.executeAsyncScript('arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event("input")); arguments[2]()', password, TEXT);`,
};

test('what a check writes into password fields in other ways is in no text', { skip: missing('chrome') }, async () => {
  await using server = await startHttpServer((_, response) =>
    response.setHeader('content-type', 'text/html').end(PAGE),
  );
  const checks = Object.entries(WAYS).map(
    ([way, body], index) => `
it(${JSON.stringify(way)}, async () => {
  const TEXT = 'canary-${index}-of-way';
  await driver.get(site.url);
  const password = await driver.findElement(By.id('password'));
  ${body}
  const log = await driver.findElement(By.id('log')).getText();
  console.log(log);
  assert.equal(log.split('\\n').at(-1), 'nothing ' + TEXT.length);
});`,
  );
  await using place = await Workplace.with({
    'sites.json': JSON.stringify([{ id: 'one', url: server.url }]),
    'x.check.mjs': `
import assert from 'node:assert/strict';
import { By, Key } from 'selenium-webdriver';
import { driver, site } from 'gridrun/check';
${checks.join('')}
it('what a script writes into another field stays', async () => {
  await driver.get(site.url);
  const user = await driver.findElement(By.id('user'));
  await driver.executeScript('arguments[0].value = arguments[1]', user, 'alice-of-harbour');
  assert.equal(await user.getProperty('value'), 'nobody');
});`,
  });
  const { stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--retries', '0']);
  const { sites } = await place.results();
  const messages = Object.fromEntries(sites[0]!.checks.map(({ title, fault }) => [title, fault?.message]));
  for (const way of Object.keys(WAYS)) assert.match(String(messages[way]), /\*\*\*.*nothing 15/s, way);
  assert.match(String(messages['what a script writes into another field stays']), /alice-of-harbour/);
  assert.doesNotMatch(stdout + stderr, /canary-\d-of/);
  for (const file of await readdir(join(place.folder, 'gridrun-results'), { recursive: true, withFileTypes: true }))
    if (file.isFile())
      assert.doesNotMatch(await readFile(join(file.parentPath, file.name), 'latin1'), /canary-\d-of/, file.name);
});
