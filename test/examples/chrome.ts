import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Builder } from 'selenium-webdriver';
import type { WebDriver } from 'selenium-webdriver';
import chrome from 'selenium-webdriver/chrome.js';

const FLAGS = [
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE localhost , EXCLUDE 127.0.0.1',
];

/** A Chrome of this machine without gridrun around it, for tests of what checks are made of. Ends with its folder. */
export async function startChrome(): Promise<{ driver: WebDriver; [Symbol.asyncDispose](): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-test-'));
  const options = new chrome.Options();
  options.addArguments(...FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []));
  options.setChromeBinaryPath(process.env['GRIDRUN_CHROME'] ?? '/usr/bin/chromium');
  const service = new chrome.ServiceBuilder(process.env['GRIDRUN_CHROMEDRIVER'] ?? '/usr/bin/chromedriver');
  service.setEnvironment({ ...process.env, TMPDIR: folder });
  try {
    const driver = await new Builder().forBrowser('chrome').setChromeOptions(options).setChromeService(service).build();
    return {
      driver,
      async [Symbol.asyncDispose]() {
        await driver.quit();
        await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
