/// <reference types="mocha" preserve="true" />
import type {
  ConsoleLine,
  ExtensionInCheck,
  ExtensionStorage,
  StorageArea,
} from './worker/extension/extension-in-check.ts';
import { laneIn } from '../modules/lane-url.ts';
import type { CheckDriver, CheckSite } from './worker/attempt-context.ts';
import type { AttachmentBody } from './worker/evidence/evidence.ts';
import { standInsOf } from './worker/stand-ins.ts';

export type { AttachmentBody, CheckSite, ConsoleLine, ExtensionInCheck, ExtensionStorage, StorageArea };
export type { ExtensionError } from '../core/attempt.ts';

declare global {
  // The only way to type mocha's `this`.
  namespace Mocha {
    interface Context {
      readonly site: CheckSite;
      readonly driver: CheckDriver;
    }
  }
}

/** A lane imports this module under its own URL, so each lane has its own exports. */
const own = standInsOf(laneIn(import.meta.url));

/**
 * The site that the running check is for. Read it inside a check or a hook, not while the file loads.
 *
 * @example
 * ```ts
 * it('has a login form', async () => {
 *   await driver.get(site.url);
 *   await driver.findElement(By.css(site.data.formSelector));
 * });
 * ```
 */
export const site: CheckSite = own.site;

/**
 * selenium-webdriver's Chrome driver for the browser session of the site. `quit()` ends this site's use of the session; the
 * session itself goes on to the next site.
 *
 * @example
 * ```ts
 * import { By, Key, until } from 'selenium-webdriver';
 *
 * it('accepts a search', async () => {
 *   await driver.get(site.url);
 *   await driver.findElement(By.name('q')).sendKeys('shoes', Key.ENTER);
 *   await driver.wait(until.elementLocated(By.css('.results')), 5_000);
 * });
 * ```
 */
export const driver: CheckDriver = own.driver;

/**
 * The extension of the site's session. Everything except `loaded` throws if the session has no extension. A check with
 * `@extension` in its title is skipped in such a session.
 *
 * @example
 * ```ts
 * it('marks the password field @extension', async () => {
 *   await extension.storage.set('local', { enabled: true });
 *   await driver.get(site.url);
 *   assert.deepEqual(await extension.errors(), []);
 * });
 * ```
 */
export const extension: ExtensionInCheck = own.extension;

/**
 * Aborted when the attempt is stopped early: by a time-out, an interruption or a lost session. Pass it to your own
 * requests, so that they end with the attempt.
 *
 * @example
 * ```ts
 * it('has a robots.txt', async () => {
 *   const response = await fetch(new URL('/robots.txt', site.url), { signal });
 *   assert.equal(response.status, 200);
 * });
 * ```
 */
export const signal: AbortSignal = own.signal;

/**
 * Adds a file to the evidence of the running check: text, bytes, or a value that is written as JSON. The ending of the
 * name gives its type (`cart.png`). A second file with the same name replaces the first. Secrets are removed from text.
 * Rejects if the file can't be written.
 *
 * @example
 * ```ts
 * it('keeps the cart', async () => {
 *   await driver.get(site.url);
 *   await attach('cookies', await driver.manage().getCookies());
 *   await attach('cart.png', Buffer.from(await driver.takeScreenshot(), 'base64'));
 * });
 * ```
 */
export async function attach(name: string, body: AttachmentBody): Promise<void> {
  await own.attach(name, body);
}

/**
 * Throws if the browser does not show a page of the site: an error page, an HTTP error, a blank page, a captcha, another
 * site, … ([all of them](../../docs/reference/page-classes.md)). The site is then errored, cause site, and its checks have
 * not failed. gridrun finds this out by itself when a check fails. Call it if your check could pass on such a page.
 *
 * @example
 * ```ts
 * it('has no cookie banner', async () => {
 *   await driver.get(site.url);
 *   await expectPage();
 *   assert.equal((await driver.findElements(By.css('.cookie-banner'))).length, 0);
 * });
 * ```
 */
export async function expectPage(): Promise<void> {
  await own.expectPage();
}
