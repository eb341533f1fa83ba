import { driver, expectPage, site } from '../api.ts';

/** The check waits this much longer than the browser's own limit, so that the browser's error comes first. */
const MARGIN_MS = 5_000;

it('the page loads', async function () {
  this.timeout(this.timeout() + MARGIN_MS);
  await driver.get(site.url);
  await expectPage();
});
