import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { ChromeKind } from '../core/chrome.ts';
import { GridrunError, refusal } from '../core/fault.ts';
import { chromePlaces, driverPlaces, shellPlaces, type Env } from './chrome-places.ts';
import { seleniumManager, type ManagedPair } from './selenium-manager.ts';

const execFileAsync = promisify(execFile);

/** A browser and a driver that fits it. */
export interface ChromePair {
  readonly chrome: string;
  readonly chromedriver: string;
  /** `156.0.8078.79` */
  readonly chromeVersion: string;
  readonly driverVersion: string;
}

export interface FindChromeOptions {
  /** Default: full. */
  readonly kind?: ChromeKind;
  readonly env?: Env;
  readonly platform?: NodeJS.Platform;
  /** The paths to try in this order, if the environment names none. */
  readonly chromes?: readonly string[];
  readonly chromedrivers?: readonly string[];
  /** Runs Selenium Manager, which finds or downloads what is missing. */
  readonly manager?: (args: readonly string[]) => Promise<ManagedPair>;
}

interface Program {
  readonly path: string;
  readonly version: string;
}

const VERSION_TIMEOUT_MS = 20_000;

/** What names the browser of each kind. */
const VARIABLES: Readonly<Record<ChromeKind, string>> = { full: 'GRIDRUN_CHROME', shell: 'GRIDRUN_CHROME_SHELL' };

const NO_SHELL =
  'install it (Debian: apt-get install chromium-headless-shell; elsewhere: npx @puppeteer/browsers install chrome-headless-shell@stable), or set its path in GRIDRUN_CHROME_SHELL, or pass --chrome full';

const WHAT_TO_DO =
  'install them (Debian, Ubuntu: apt-get install chromium chromium-driver), or set their paths in GRIDRUN_CHROME and GRIDRUN_CHROMEDRIVER, or pass a Selenium Grid with --grid';

/**
 * Finds Chrome or Chromium, or its headless shell, and a chromedriver of the same major version. Tries GRIDRUN_CHROME or
 * GRIDRUN_CHROME_SHELL, and GRIDRUN_CHROMEDRIVER, then the usual places, then Selenium Manager, which finds no headless shell.
 * Throws a refusal that says what to do if there are none, or none that fit.
 */
export async function findChrome(options: FindChromeOptions = {}): Promise<ChromePair> {
  const { env = process.env, platform = process.platform, manager = seleniumManager, kind = 'full' } = options;
  const search = new Search(env, platform);
  const places = kind === 'full' ? chromePlaces(platform, env) : shellPlaces(platform, env);
  const chromes = await search.programs(VARIABLES[kind], options.chromes ?? places);
  if (kind === 'shell' && chromes.length === 0)
    throw refusal('local.no-chrome', 'no headless shell of Chrome on this machine', { hint: NO_SHELL });
  const drivers = await search.programs('GRIDRUN_CHROMEDRIVER', options.chromedrivers ?? driverPlaces(platform, env));
  for (const chrome of chromes) {
    const driver = drivers.find((candidate) => fits(candidate, chrome));
    if (driver !== undefined) return pair(chrome, driver);
  }
  const [chrome] = chromes;
  const [driver] = drivers;
  const isMismatch = chrome !== undefined && driver !== undefined;
  // The user named both, so nothing else will do.
  if (isMismatch && env[VARIABLES[kind]] && env['GRIDRUN_CHROMEDRIVER']) throw mismatch(chrome, driver);
  try {
    return await search.managed(chrome, manager);
  } catch (error) {
    if (isMismatch) throw mismatch(chrome, driver);
    const found =
      chrome === undefined ? 'no Chrome or Chromium' : `no chromedriver for ${chrome.path} (${chrome.version})`;
    const why = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    throw refusal('local.no-chrome', `${found} on this machine, and Selenium Manager found none: ${why}`, {
      hint: WHAT_TO_DO,
    });
  }
}

/** Looks for programs on one machine. */
class Search {
  readonly #env: Env;
  readonly #platform: NodeJS.Platform;

  constructor(env: Env, platform: NodeJS.Platform) {
    this.#env = env;
    this.#platform = platform;
  }

  /** The program that the variable names, or else all programs at these places. Throws a refusal if it names none. */
  async programs(variable: string, places: readonly string[]): Promise<Program[]> {
    const named = this.#env[variable];
    if (named) {
      if (!(await isProgram(named)))
        throw refusal('local.no-chrome', `${variable} is ${named}, but there is no program at this path`, {
          hint: WHAT_TO_DO,
        });
      return [await this.#namedProgram(variable, named)];
    }
    const found: Program[] = [];
    for (const path of new Set(places)) {
      if (!(await isProgram(path))) continue;
      const program = await this.#programAt(path).catch(() => undefined);
      if (program !== undefined) found.push(program);
    }
    return found;
  }

  async #namedProgram(variable: string, path: string): Promise<Program> {
    try {
      return await this.#programAt(path);
    } catch (error) {
      if (error instanceof GridrunError) throw error;
      throw refusal('local.no-chrome', `${variable} is ${path}, which does not run: ${whyNotRun(error)}`, {
        hint: WHAT_TO_DO,
      });
    }
  }

  /** Lets Selenium Manager find a driver for this Chrome, or both if there is no Chrome. */
  async managed(
    known: Program | undefined,
    manager: (args: readonly string[]) => Promise<ManagedPair>,
  ): Promise<ChromePair> {
    const browserPath = known === undefined ? [] : ['--browser-path', known.path];
    const answer = await manager(['--browser', 'chrome', '--output', 'json', ...browserPath]);
    const chrome = known ?? (await this.#programAt(answer.browserPath));
    const driver = await this.#programAt(answer.driverPath);
    if (!fits(driver, chrome)) throw mismatch(chrome, driver);
    return pair(chrome, driver);
  }

  async #programAt(path: string): Promise<Program> {
    // On Windows `chrome.exe --version` opens a window. The folder beside it has the version as its name.
    if (this.#platform === 'win32' && !/chromedriver/i.test(path)) {
      const version = (await readdir(dirname(path))).find((name) => /^\d+(\.\d+){3}$/.test(name));
      if (version !== undefined) return { path, version };
    } else {
      const { stdout } = await execFileAsync(path, ['--version'], { timeout: VERSION_TIMEOUT_MS });
      const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0];
      if (version !== undefined) return { path, version };
    }
    const name = /chromedriver/i.test(path) ? 'chromedriver' : 'Chrome';
    throw refusal('local.no-chrome', `${path} does not look like ${name}: \`--version\` printed no version`, {
      hint: WHAT_TO_DO,
    });
  }
}

/** What a program printed before it ended with an error, or the system's own error. */
function whyNotRun(error: unknown): string {
  const { stderr = '', message } = error as Error & { readonly stderr?: string };
  const lines = stderr.trim() === '' ? message.trim().split('\n') : stderr.trim().split('\n');
  return lines.slice(-3).join('\n');
}

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function fits(driver: Program, chrome: Program): boolean {
  return majorOf(driver) === majorOf(chrome);
}

function majorOf({ version }: Program): string {
  return version.split('.', 1)[0]!;
}

function pair(chrome: Program, driver: Program): ChromePair {
  return {
    chrome: chrome.path,
    chromedriver: driver.path,
    chromeVersion: chrome.version,
    driverVersion: driver.version,
  };
}

function mismatch(chrome: Program, driver: Program): Error {
  return refusal(
    'local.chrome-mismatch',
    `${chrome.path} is version ${chrome.version}, but ${driver.path} is for version ${driver.version}: their major versions must be the same`,
    { hint: WHAT_TO_DO },
  );
}
