import assert from 'node:assert/strict';
import { error } from 'selenium-webdriver';
import type { WebElement } from 'selenium-webdriver';
import { driver, site } from 'gridrun/check';
import { lookForLogin } from '../../checks/find-login.ts';
import type { Survey } from '../../checks/login-survey.ts';

// Checks that a captured login page still works for a person, with an extension and without one.
describe('a login page', () => {
  it('takes what is typed into its password field, and shows its button', async () => {
    await driver.get(site.url);
    const survey = await look();
    const field = survey?.password?.element;
    assert.ok(field, 'there is no visible password field');
    await field.sendKeys('typed-By-Hand7');
    assert.equal(await field.getAttribute('value'), 'typed-By-Hand7');
    const button = survey?.submit?.element;
    if (button !== undefined) assert.ok(await button.isDisplayed(), 'the sign-in button is not visible');
  });
});

/** Looks at the page, and looks again if it opened an alert or navigated, as captured pages sometimes do. */
async function look(): Promise<Survey<WebElement> | undefined> {
  for (let glance = 0; glance < 5; glance++) {
    try {
      const survey = await lookForLogin(driver);
      if (survey?.password) return survey;
    } catch (failure) {
      if (!(failure instanceof error.UnexpectedAlertOpenError)) throw failure;
    }
  }
  return undefined;
}
