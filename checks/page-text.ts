/// <reference lib="dom" />
import { error } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';

/**
 * All text that the page shows, including open shadow roots and frames of the same origin. Empty if the page changes at that
 * moment.
 */
async function pageText(driver: WebDriver): Promise<string> {
  try {
    return await driver.executeScript<string>(readText);
  } catch (failure) {
    if (failure instanceof error.JavascriptError) return '';
    throw failure;
  }
}

/** Runs in the page, so it must not use anything from outside. */
function readText(): string {
  function textOf(root: Document | ShadowRoot): string {
    // instanceof Document does not work here: a frame's document belongs to another realm.
    const own =
      'body' in root
        ? [(root.body as HTMLElement | null)?.innerText ?? '']
        : [...root.children].map((child) => (child instanceof HTMLElement ? child.innerText : ''));
    const deeper = [...root.querySelectorAll('*')].flatMap((element) => {
      const inner = element.shadowRoot ?? (element instanceof HTMLIFrameElement ? element.contentDocument : null);
      return inner === null ? [] : [textOf(inner)];
    });
    return [...own, ...deeper].join('\n');
  }
  return textOf(document);
}

/** Waits until the page shows this text. If it does not, throws selenium's TimeoutError with the text that it shows. */
export async function waitForText(driver: WebDriver, text: string, timeoutMs = 10_000): Promise<void> {
  let shown = '';
  const seen = async (): Promise<boolean> => (shown = await pageText(driver)).includes(text);
  try {
    await driver.wait(seen, timeoutMs, undefined, 50);
  } catch (failure) {
    if (!(failure instanceof error.TimeoutError)) throw failure;
    throw new error.TimeoutError(`the page does not show "${text}" but: ${shown.replace(/\s+/gu, ' ').slice(0, 300)}`);
  }
}
