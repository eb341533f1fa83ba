import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WebDriver } from 'selenium-webdriver';
import type { RunEvent } from '../../../src/core/event.ts';
import { RunState } from '../../../src/core/run-state.ts';
import { HtmlReporter } from '../../../src/report/html/html-reporter.ts';

/** Writes report.html of a run's events into a folder. */
export async function writeReport(
  folder: string,
  events: Iterable<RunEvent> | AsyncIterable<RunEvent>,
  name = 'report.html',
): Promise<string> {
  const state = new RunState();
  const path = join(folder, name);
  const reporter = new HtmlReporter(state, { path, evidenceBase: '' });
  for await (const event of events) {
    state.apply(event);
    reporter.onEvent(event);
  }
  await reporter.finish();
  return path;
}

/** A folder of its own for a file of tests. */
export class ReportFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'gridrun-html-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A report as its reader has it before them. */
export class ReportPage {
  readonly driver: WebDriver;
  readonly #url: string;

  constructor(driver: WebDriver, where: string) {
    this.driver = driver;
    this.#url = where.startsWith('http') ? where : pathToFileURL(where).href;
  }

  /** Opens a screen as one who follows a link to it, and waits until it is drawn. */
  async open(fragment = '#/'): Promise<void> {
    // A fragment alone would not load the page anew.
    await this.driver.get('about:blank');
    await this.driver.get(`${this.#url}${fragment}`);
    await this.until('document.querySelector("h1") !== null');
  }

  /** Waits until an expression holds in the page. */
  async until(expression: string): Promise<void> {
    await this.driver.wait(
      () => this.driver.executeScript<boolean>(`return Boolean(${expression})`),
      10_000,
      `never: ${expression}`,
      20,
    );
  }

  async evaluate<T>(expression: string): Promise<T> {
    return await this.driver.executeScript<T>(`return (${expression})`);
  }

  /** The visible text of what a selector finds, each trimmed. */
  async texts(selector: string): Promise<string[]> {
    return await this.driver.executeScript<string[]>(
      'return [...document.querySelectorAll(arguments[0])].map((found) => found.innerText.trim())',
      selector,
    );
  }

  async device(width: number, scheme: 'light' | 'dark' = 'light'): Promise<void> {
    await this.#cdp('Emulation.setDeviceMetricsOverride', {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
    await this.#cdp('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  async #cdp(method: string, params: object): Promise<void> {
    await (
      this.driver as unknown as { sendDevToolsCommand(method: string, params: object): Promise<void> }
    ).sendDevToolsCommand(method, params);
  }
}
