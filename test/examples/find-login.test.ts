import assert from 'node:assert/strict';
import { Script } from 'node:vm';
import { after, before, suite, test } from 'node:test';
import { error } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';
import { findLogin, lookForLogin } from '../../checks/find-login.ts';
import { surveyLogin } from '../../checks/login-survey.ts';
import { LOGIN_WORDS } from '../../checks/login-words.ts';
import { missing } from '../support/machine.ts';
import { startChrome } from './chrome.ts';

const says = (kind: keyof typeof LOGIN_WORDS, text: string): boolean => new RegExp(LOGIN_WORDS[kind], 'iu').test(text);

test('the words are regular expressions, and none matches everything', () => {
  for (const [kind, source] of Object.entries(LOGIN_WORDS))
    assert.equal(new RegExp(source as string, 'iu').test('xyzzy'), false, kind);
});

test('the words know what buttons and fields are called', () => {
  for (const text of ['Log in', 'Sign In', 'Anmelden', 'Se connecter', 'Войти', 'ログイン', '登录', '로그인', 'دخول'])
    assert.ok(says('signIn', text), text);
  for (const text of [
    'Password',
    'Passwort',
    'Mot de passe',
    'Contraseña',
    'Пароль',
    'パスワード',
    '密码',
    'كلمة المرور',
  ])
    assert.ok(says('password', text), text);
  for (const text of ['Sign up', 'Create account', 'Registrieren', 'Créer un compte', '注册', '新規登録'])
    assert.ok(says('signUp', text), text);
  for (const text of [
    'Forgot password?',
    'Passwort vergessen?',
    'Mot de passe oublié ?',
    'Забыли пароль?',
    'パスワードを忘れた方',
  ])
    assert.ok(says('recover', text), text);
  assert.equal(says('signUp', 'Sign in'), false);
});

test('what is sent to the page is whole: it is JavaScript and brings all it needs', () => {
  assert.doesNotThrow(() => new Script(`(${surveyLogin.toString()})`));
});

suite('in Chrome', { skip: missing('chrome') }, () => {
  const started = new AsyncDisposableStack();
  let driver: WebDriver;
  before(async () => {
    driver = started.use(await startChrome()).driver;
  });
  after(() => started.disposeAsync());

  const show = (body: string): Promise<void> =>
    driver.get(`data:text/html;charset=utf-8,${encodeURIComponent(`<!doctype html><body>${body}`)}`);

  test('a page without a login form has none', async () => {
    await show(
      '<h1>News</h1><form role="search"><input name="q"><button>Search</button></form><form><input type="email" name="newsletter"><button>Subscribe</button></form>',
    );
    assert.equal((await lookForLogin(driver))?.kind, 'nothing');
    await assert.rejects(findLogin(driver, { timeoutMs: 1 }), error.TimeoutError);
  });

  test('hidden fields are not what a person fills in', async () => {
    const traps = [
      'style="display:none"',
      'style="visibility:hidden"',
      'style="opacity:0"',
      'style="position:absolute;left:-9999px"',
      'style="width:0;height:0;padding:0;border:0"',
      'hidden',
    ];
    const fields = traps.map(
      (trap, index) => `<input name="user${index}" ${trap}><input type="password" name="password${index}" ${trap}>`,
    );
    await show(
      `<form>${fields.join('')}<label>Username <input id="name"></label><label>Password <input type="password" id="pass"></label><button>Log in</button></form>`,
    );
    const found = await lookForLogin(driver);
    assert.deepEqual(
      [found?.kind, found?.username?.index, found?.password?.index],
      ['form', traps.length * 2, traps.length * 2 + 1],
    );
  });

  test('of a sign-up and a sign-in, it is the sign-in', async () => {
    await show(`<form><h2>Create account</h2><input type="email" name="email"><input type="password"><button>Sign up</button></form>
      <form><h2>Sign in</h2><input type="email" name="email"><input type="password"><button>Sign in</button></form>`);
    const found = await lookForLogin(driver);
    assert.deepEqual([found?.username?.index, found?.password?.index, found?.submit?.index], [2, 3, 1]);
  });

  test('the button is neither of another provider, nor for the forgetful, nor the one that shows the password', async () => {
    await show(`<form><input name="login"><input type="password"><button type="button">Show password</button><button>Log in with Google</button>
      <button>Forgot password</button><button>Log in</button></form>`);
    assert.equal((await lookForLogin(driver))?.submit?.index, 3);
  });

  test('a disabled field is said to be so', async () => {
    await show('<form><input name="login"><input type="password" disabled><button>Log in</button></form>');
    const found = await lookForLogin(driver);
    assert.deepEqual([found?.username?.enabled, found?.password?.enabled], [true, false]);
  });
});
