/// <reference lib="dom" />
import { error } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';

/** All text that the page shows, in open shadow roots and frames of its own origin too; empty while it is changing. */
async function pageText(driver: WebDriver): Promise<string> {
  try {
    return await driver.executeScript<string>(readText);
  } catch (failure) {
    if (failure instanceof error.JavascriptError) return '';
    throw failure;
  }
}

/** Runs in the page: it must use nothing from outside. */
function readText(): string {
  function textOf(root: Document | ShadowRoot): string {
    // Not instanceof Document: a frame's document is of another realm.
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

/** Waits until the page shows this text. Throws selenium's TimeoutError, with what it showed instead. */
export async function waitForText(driver: WebDriver, text: string, timeoutMs = 10_000): Promise<void> {
  let shown = '';
  const seen = async (): Promise<boolean> => (shown = await pageText(driver)).includes(text);
  try {
    await driver.wait(seen, timeoutMs, undefined, 50);
  } catch (failure) {
    if (!(failure instanceof error.TimeoutError)) throw failure;
    throw new error.TimeoutError(`the page does not say "${text}" but: ${shown.replace(/\s+/gu, ' ').slice(0, 300)}`);
  }
}
