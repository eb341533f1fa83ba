import assert from 'node:assert/strict';
import { attach, driver, site } from 'gridrun/check';
import { findLogin, signIn } from './find-login.ts';
import type { LoginForm } from './find-login.ts';
import { waitForText } from './page-text.ts';

/** The `data` of an entry in sites.json. */
interface Account {
  readonly username: string;
  readonly password: string;
  readonly welcome: string;
  readonly refused: string;
}

describe('login', () => {
  let account: Account;
  let form: LoginForm;

  beforeEach(async () => {
    account = site.data as Account;
    await driver.get(site.url);
    form = await findLogin(driver);
  });

  it('has a form', async () => {
    assert.ok(form.username, 'no field for the username');
    await attach('form.json', {
      username: form.username.label,
      password: form.password?.label ?? null,
      submit: form.submit?.label ?? null,
    });
  });

  it('can be filled in by a person', () => {
    for (const field of [form.username, form.password]) {
      if (!field) continue;
      assert.ok(field.visible, `"${field.label}" is not visible`);
      assert.ok(field.enabled, `"${field.label}" is disabled`);
    }
  });

  it('refuses a wrong password', async () => {
    await signIn(driver, form, account.username, `not-${account.password}`);
    await waitForText(driver, account.refused);
  });

  it('signs in', async () => {
    await signIn(driver, form, account.username, account.password);
    await waitForText(driver, account.welcome);
  });
});
