import assert from 'node:assert/strict';
import type { WebElement } from 'selenium-webdriver';
import { driver, extension, site } from 'gridrun/check';
import { findLogin, signIn } from '../../checks/find-login.ts';
import type { LoginForm } from '../../checks/find-login.ts';
import { waitForText } from '../../checks/page-text.ts';

/** The `data` of an entry in sites.json. */
interface Account {
  readonly username: string;
  readonly password: string;
  readonly welcome: string;
}

/** How long to wait for an element. All demo pages load within a second. */
const APPEARS_WITHIN_MS = 5_000;

describe('one-click sign-in', () => {
  let account: Account;
  let form: LoginForm;

  beforeEach(async () => {
    account = site.data as Account;
    if (extension.loaded) await extension.storage.set('local', { accounts: { [new URL(site.url).hostname]: account } });
    await driver.get(site.url);
    form = await findLogin(driver, { timeoutMs: APPEARS_WITHIN_MS });
  });

  it('@extension marks the field for the password', async () => {
    const field = form.password ?? form.username;
    assert.ok(field, 'no login form');
    await driver.wait(
      async () => (await field.element.getAttribute('data-oneclick')) !== null,
      APPEARS_WITHIN_MS,
      `"${field.label}" is not marked`,
      50,
    );
  });

  it('@extension signs in with one click', async () => {
    const button = await oneClickButton();
    await button.click();
    await driver.switchTo().defaultContent();
    await waitForText(driver, account.welcome);
  });

  it('leaves the form as it was for who signs in by hand', async () => {
    await signIn(driver, form, account.username, account.password);
    await waitForText(driver, account.welcome);
  });
});

/** The extension's button in the frame that findLogin entered. It may be in a shadow root. */
async function oneClickButton(): Promise<WebElement> {
  const seen = async (): Promise<WebElement | null> => await driver.executeScript<WebElement | null>(FIND_BUTTON);
  const button = await driver.wait(seen, APPEARS_WITHIN_MS, 'no one-click button beside the form', 50);
  assert.ok(button);
  return button;
}

const FIND_BUTTON = `
const find = (root) => {
  for (const element of root.querySelectorAll('*')) {
    if (element.matches('[data-oneclick-button]') && element.checkVisibility()) return element;
    const inner = element.shadowRoot && find(element.shadowRoot);
    if (inner) return inner;
  }
  return null;
};
return find(document);`;
