import { error } from 'selenium-webdriver';
import type { WebElement } from 'selenium-webdriver';
import { attach, driver, site } from 'gridrun/check';
import { lookForLogin } from '../../checks/find-login.ts';
import type { Survey } from '../../checks/login-survey.ts';
import { agreementOf } from './agreement.ts';
import type { LabelledField } from './agreement.ts';

// Not a check that can say no: it measures the finder on pages whose fields people have labelled. What it saw is
// attached as agreement.json, and a script counts.
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

/** A captured page may greet with an alert, or move on by itself: it is looked at a second time then. */
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
