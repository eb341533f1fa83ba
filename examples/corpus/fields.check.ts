import { error } from 'selenium-webdriver';
import type { WebElement } from 'selenium-webdriver';
import { attach, driver, site } from 'gridrun/check';
import { lookForLogin } from '../../checks/find-login.ts';
import type { Survey } from '../../checks/login-survey.ts';
import { agreementOf } from './agreement.ts';
import type { LabelledField } from './agreement.ts';

// This check never fails. It measures the finder on pages whose fields people have labeled, and attaches the result as
// agreement.json for a script to count.
describe('fields', () => {
  it('are compared with the labelled ones', async () => {
    const { truth } = site.data as { truth: LabelledField[] };
    await driver.get(site.url);
    const survey = await look();
    const agreement = agreementOf(truth, {
      username: survey?.username ?? null,
      password: survey?.password ?? null,
      submit: survey?.submit ?? null,
    });
    await attach('agreement.json', { kind: survey?.kind ?? 'nothing', ...agreement });
  });
});

/** Looks at the page, and looks again if it opened an alert or navigated, as captured pages sometimes do. */
async function look(): Promise<Survey<WebElement> | undefined> {
  for (let glance = 0; glance < 5; glance++) {
    try {
      const survey = await lookForLogin(driver);
      if (survey !== undefined) return survey;
    } catch (failure) {
      if (!(failure instanceof error.UnexpectedAlertOpenError)) throw failure;
    }
  }
  return undefined;
}
