import { chromium, type Page } from 'playwright-core';

/** Opens a URL in Playwright with nothing but the answers of an archive, and returns what `look` sees there. */
export async function pageFromHar<T>(archive: string, url: string, look: (page: Page) => Promise<T>): Promise<T> {
  const executablePath = process.env['GRIDRUN_CHROME'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.routeFromHAR(archive, { notFound: 'abort' });
    await page.goto(url);
    return await look(page);
  } finally {
    await browser.close();
  }
}
