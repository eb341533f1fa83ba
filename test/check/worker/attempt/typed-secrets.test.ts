import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { keysOfActions, keysOfMessage, textsOf } from '../../../../src/check/worker/attempt/typed-keys.ts';
import { TypedSecrets } from '../../../../src/check/worker/attempt/typed-secrets.ts';
import { scriptedTexts } from '../../../../src/check/worker/attempt/scripted-texts.ts';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench } from '../../suite-bench.ts';

const TAB = '\uE004';
const ENTER = '\uE007';
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

test('keys are split into texts at special keys, and a backspace takes one back', () => {
  assert.deepEqual(textsOf(`alice${TAB}hunter22${ENTER}`), ['alice', 'hunter22']);
  assert.deepEqual(textsOf('hunter2\uE0032'), ['hunter2']);
  assert.deepEqual(textsOf('line\nline'), ['line', 'line']);
  assert.deepEqual(textsOf('\uE008abc'), ['abc', 'ABC']);
  assert.deepEqual(textsOf(ENTER), []);
});

test('actions type into the focused element, the clicked one, or one that only the page knows', () => {
  const keys = (text: string): object[] =>
    [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
  const pauses = (count: number): object[] => Array.from({ length: count }, () => ({ type: 'pause' }));
  const click = [{ type: 'pointerMove', origin: { [ELEMENT]: 'e1' } }, { type: 'pointerDown' }, { type: 'pointerUp' }];
  const body = {
    actions: [
      { type: 'key', actions: [...keys('ab'), ...pauses(3), ...keys(`cd${TAB}ef`)] },
      { type: 'pointer', actions: [...pauses(4), ...click] },
    ],
  };
  assert.deepEqual(keysOfActions(body), [
    { target: 'focused', keys: 'ab' },
    { target: { element: 'e1' }, keys: `cd${TAB}` },
    { target: 'unknown', keys: 'ef' },
  ]);
  for (const odd of [undefined, {}, { actions: 7 }, { actions: [null, { actions: [null, 7] }] }])
    assert.deepEqual(keysOfActions(odd), []);
});

test('messages of BiDi and DevTools type into the focused element, or one that only the page knows', () => {
  const actions = [{ type: 'key', actions: [{ type: 'keyDown', value: 'a' }] }];
  assert.deepEqual(keysOfMessage(JSON.stringify({ id: 1, method: 'input.performActions', params: { actions } })), [
    { target: 'unknown', keys: 'a' },
    { target: 'focused', keys: 'a' },
  ]);
  const typed = [{ target: 'focused', keys: 'secret' }];
  for (const name of ['Input.insertText', 'Input.dispatchKeyEvent']) {
    assert.deepEqual(keysOfMessage(JSON.stringify({ method: name, params: { text: 'secret' } })), typed);
    assert.deepEqual(keysOfMessage({ cmd: name, params: { text: 'secret' } }), typed);
  }
  const others = [
    '',
    '{',
    '7',
    'null',
    '{"method":"Input.setIgnoreInputEvents"}',
    '{"method":"Input.insertText","params":7}',
  ];
  for (const other of [...others, undefined, 7, { method: 'Page.navigate', params: { text: 'x' } }])
    assert.deepEqual(keysOfMessage(other), []);
});

test('a script that gets an element and texts may write them; its names and words are no secrets', () => {
  const field = { [ELEMENT]: 'e1' };
  const texts = (script: unknown, ...args: unknown[]): readonly string[] | undefined =>
    scriptedTexts({ script, args }, 4)?.texts;
  assert.deepEqual(texts('arguments[0].value = arguments[1]', field, 'letmein'), ['letmein']);
  assert.deepEqual(texts('set(arguments[0])', { field, to: ['h4rbour', 'abc', 'change'] }), ['h4rbour']);
  assert.deepEqual(texts('arguments[0].value = arguments[1]; fire(arguments[2])', field, 'letmein', 'change'), [
    'letmein',
  ]);
  assert.equal(texts('arguments[0].classList.add(arguments[1])', field, 'is-hidden'), undefined);
  assert.equal(texts('return arguments[0].value', field), undefined);
  assert.equal(texts('return arguments[0]', 'h4rbour'), undefined);
  assert.equal(texts('/* getAttribute */return (function(){}).apply(null, arguments)', field, 'h4rbour'), undefined);
  for (const odd of [undefined, {}, { script: 7, args: [field, 'h4rbour'] }, { script: '', args: 7 }])
    assert.equal(scriptedTexts(odd, 4), undefined);
});

/** Runs a check on a page that shows what is typed. Returns all that it left: files, faults, output. */
async function textsAfter(
  body: string,
): Promise<{ all: string; message: string; commands: Readonly<Record<string, number>> }> {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `import { By, Key } from 'selenium-webdriver';
      it('signs in', async () => {
        await driver.get(site.url);
        const user = await driver.findElement(By.css('#user'));
        const password = await driver.findElement(By.css('#password'));
        ${body}
        const value = await password.getProperty('value');
        console.log('typed', value);
        await attach(value + '.txt', 'it is ' + value);
        assert.fail('shown: ' + value + ' user: ' + (await user.getProperty('value')));
      });`,
    ),
    stub: {
      pages: { source: ({ typed }) => `<input value="${typed.get('#password')}"><p>${typed.get('#password')}</p>` },
    },
    evidence: 'all',
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  const out = join(bench.dir, 'out');
  const files = (await readdir(out, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(async (file) => file.name + (await readFile(join(file.parentPath, file.name), 'utf8'))),
  );
  const all = [JSON.stringify(outcome), JSON.stringify(bench.output), ...texts].join('\n');
  return { all, message: outcome.checks[0]?.fault?.message ?? '', commands: bench.stub.stats.commands };
}

const WAYS: Readonly<Record<string, string>> = {
  sendKeys: "await password.sendKeys('canary-77');",
  'sendKeys, in pieces': "await password.sendKeys('can'); await password.sendKeys('ary-77');",
  'sendKeys, one by one': "for (const key of 'canary-77') await password.sendKeys(key);",
  'sendKeys and Enter': "await password.sendKeys('canary-77', Key.ENTER);",
  'Actions on the element': "await driver.actions().sendKeys(password, 'canary-77').perform();",
  'Actions after a click': "await password.click(); await driver.actions().sendKeys('canary-77').perform();",
  'Actions that click': "await driver.actions().click(password).sendKeys('canary-77').perform();",
  'Actions, one by one':
    "await password.click(); for (const key of 'canary-77') await driver.actions().sendKeys(key).perform();",
};

for (const [way, body] of Object.entries(WAYS))
  test(`what a check types into a password field is in no text: ${way}`, async () => {
    const { all, message } = await textsAfter(body);
    assert.match(message, /^shown: \*\*\* user/);
    assert.doesNotMatch(all, /canary-77/);
  });

test('what a check types elsewhere stays, and a field is looked at each time: it may become a password field', async () => {
  const { message, commands } = await textsAfter(
    "await user.sendKeys('alice'); await user.sendKeys('-smith'); await driver.actions().sendKeys(user, '-2').perform();",
  );
  assert.match(message, /user: alice-smith-2$/);
  // Once for each time, once for an error page.
  assert.equal(commands['POST execute/sync'], 4);
});

test('a field that becomes a password field later is looked at again', async () => {
  let type = 'input';
  const found: (readonly string[])[] = [];
  const secrets = new TypedSecrets({
    onSecrets: ({ secrets }) => void found.push(secrets),
    send: async ({ path }) => {
      const value = path.endsWith('/execute/sync')
        ? [
            ['', '', -1],
            [type, '', -1],
            ['', '', -1],
          ]
        : null;
      return { status: 200, headers: new Map(), body: JSON.stringify({ value }) };
    },
  });
  const typed = (text: string): Promise<unknown> =>
    secrets.send({ method: 'POST', path: '/session/x/element/e1/value', data: { text } });
  await typed('me@example.com');
  type = 'password';
  await typed('hunter2-secret');
  assert.deepEqual(found, [['hunter2-secret']]);
});

test('a common word as a password is removed from texts, not from names, titles and frames', async () => {
  const { all, message } = await textsAfter("await password.sendKeys('suite.check');");
  assert.match(message, /^shown: \*\*\* /);
  // The frames of the stack name the file.
  assert.match(all, /checks\/suite\.check\.mjs:\d+/);
  assert.match(all, /page\.html/);
});
