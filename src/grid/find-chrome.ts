import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { refusal } from '../core/fault.ts';

const execFileAsync = promisify(execFile);

/** A browser and the driver that fits it. */
export interface ChromePair {
  readonly chrome: string;
  readonly chromedriver: string;
  /** `156.0.8078.79` */
  readonly chromeVersion: string;
  readonly driverVersion: string;
}

export interface FindChromeOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  /** Where to look, in this order, after the environment's. */
  readonly chromes?: readonly string[];
  readonly chromedrivers?: readonly string[];
  /** Selenium Manager: finds, and where it can downloads, what was not found. */
  readonly manager?: (
    args: readonly string[],
  ) => Promise<{ readonly browserPath: string; readonly driverPath: string }>;
}

interface Program {
  readonly path: string;
  readonly version: string;
}

const MANAGER_TIMEOUT_MS = 120_000;
const VERSION_TIMEOUT_MS = 20_000;

const WHAT_TO_DO =
  'install them (Debian, Ubuntu: apt-get install chromium chromium-driver), or name them in GRIDRUN_CHROME and GRIDRUN_CHROMEDRIVER, or give a Selenium Grid with --grid';

/**
 * Finds Chrome or Chromium and a chromedriver of the same major version: those of GRIDRUN_CHROME and
 * GRIDRUN_CHROMEDRIVER, the usual places, then Selenium Manager.
 * Throws a refusal that says what to do where there are none, or none that fit.
 */
export async function findChrome(options: FindChromeOptions = {}): Promise<ChromePair> {
  const { env = process.env, platform = process.platform, manager = seleniumManager } = options;
  const chromes = await programs('GRIDRUN_CHROME', env, options.chromes ?? chromePlaces(platform, env), platform);
  const drivers = await programs(
    'GRIDRUN_CHROMEDRIVER',
    env,
    options.chromedrivers ?? driverPlaces(platform, env),
    platform,
  );
  for (const chrome of chromes) {
    const driver = drivers.find((candidate) => major(candidate.version) === major(chrome.version));
    if (driver !== undefined) return pair(chrome, driver);
  }
  const [chrome] = chromes;
  const [driver] = drivers;
  // Both named by the user: nothing else will do.
  if (chrome !== undefined && driver !== undefined && env['GRIDRUN_CHROME'] && env['GRIDRUN_CHROMEDRIVER'])
    throw misfit(chrome, driver);
  try {
    const managed = await manager([
      '--browser',
      'chrome',
      '--output',
      'json',
      ...(chrome === undefined ? [] : ['--browser-path', chrome.path]),
    ]);
    const managedChrome = chrome ?? {
      path: managed.browserPath,
      version: await versionOf(managed.browserPath, platform),
    };
    const managedDriver = { path: managed.driverPath, version: await versionOf(managed.driverPath, platform) };
    if (major(managedChrome.version) !== major(managedDriver.version)) throw misfit(managedChrome, managedDriver);
    return pair(managedChrome, managedDriver);
  } catch (error) {
    if (chrome !== undefined && driver !== undefined) throw misfit(chrome, driver);
    const found =
      chrome === undefined ? 'no Chrome or Chromium' : `no chromedriver for ${chrome.path} (${chrome.version})`;
    const said = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    throw refusal('local.no-chrome', `${found} on this machine, and Selenium Manager got none: ${said}`, {
      hint: WHAT_TO_DO,
    });
  }
}

function pair(chrome: Program, driver: Program): ChromePair {
  return {
    chrome: chrome.path,
    chromedriver: driver.path,
    chromeVersion: chrome.version,
    driverVersion: driver.version,
  };
}

function misfit(chrome: Program, driver: Program): Error {
  return refusal(
    'local.chrome-mismatch',
    `${chrome.path} is version ${chrome.version}, but ${driver.path} is for version ${driver.version}: their major versions must be the same`,
    { hint: WHAT_TO_DO },
  );
}

function major(version: string): string {
  return version.split('.', 1)[0]!;
}

/** What is there, with its version; of the environment's alone where it names one. */
async function programs(
  variable: string,
  env: Readonly<Record<string, string | undefined>>,
  places: readonly string[],
  platform: NodeJS.Platform,
): Promise<Program[]> {
  const named = env[variable];
  if (named) {
    if (!(await isProgram(named)))
      throw refusal('local.no-chrome', `${variable} is ${named}, and there is no program`, { hint: WHAT_TO_DO });
    return [{ path: named, version: await versionOf(named, platform) }];
  }
  const found: Program[] = [];
  for (const path of new Set(places)) {
    if (!(await isProgram(path))) continue;
    const version = await versionOf(path, platform).catch(() => undefined);
    if (version !== undefined) found.push({ path, version });
  }
  return found;
}

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOf(path: string, platform: NodeJS.Platform): Promise<string> {
  // On Windows `chrome.exe --version` opens a window; the version is the name of the folder beside it.
  if (platform === 'win32' && !/chromedriver/i.test(path)) {
    const version = (await readdir(dirname(path))).find((name) => /^\d+(\.\d+){3}$/.test(name));
    if (version !== undefined) return version;
  } else {
    const { stdout } = await execFileAsync(path, ['--version'], { timeout: VERSION_TIMEOUT_MS });
    const version = /\d+(?:\.\d+)+/.exec(stdout)?.[0];
    if (version !== undefined) return version;
  }
  throw refusal('local.no-chrome', `${path} does not tell its version`, { hint: WHAT_TO_DO });
}

function chromePlaces(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Google Chrome for Testing'].flatMap((name) =>
      ['/Applications', `${env['HOME'] ?? ''}/Applications`].map(
        (folder) => `${folder}/${name}.app/Contents/MacOS/${name}`,
      ),
    );
  }
  if (platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
      const folder = env[variable];
      return folder === undefined
        ? []
        : ['Google\\Chrome', 'Chromium'].map((name) => `${folder}\\${name}\\Application\\chrome.exe`);
    });
  }
  const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'chrome'];
  return [
    ...names.map((name) => `/usr/bin/${name}`),
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
    ...inPath(env, names),
  ];
}

function driverPlaces(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): string[] {
  if (platform === 'win32') return inPath(env, ['chromedriver.exe']);
  const usual =
    platform === 'darwin'
      ? ['/opt/homebrew/bin', '/usr/local/bin']
      : ['/usr/bin', '/usr/local/bin', '/usr/lib/chromium', '/usr/lib/chromium-browser', '/snap/bin'];
  return [
    ...usual.map((folder) => `${folder}/chromedriver`),
    '/snap/bin/chromium.chromedriver',
    ...inPath(env, ['chromedriver']),
  ];
}

function inPath(env: Readonly<Record<string, string | undefined>>, names: readonly string[]): string[] {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

/** As selenium-webdriver runs it, but not synchronously: it may download for a while. */
async function seleniumManager(args: readonly string[]): Promise<{ browserPath: string; driverPath: string }> {
  const root = dirname(createRequire(import.meta.url).resolve('selenium-webdriver/package.json'));
  const linux = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x86_64';
  const folder = { darwin: 'macos', win32: 'windows' }[process.platform as string] ?? linux;
  const program =
    process.env['SE_MANAGER_PATH'] ??
    join(root, 'bin', folder, process.platform === 'win32' ? 'selenium-manager.exe' : 'selenium-manager');
  const { stdout } = await execFileAsync(program, args, { timeout: MANAGER_TIMEOUT_MS }).catch(
    (error: Error & { stdout?: string }) => {
      throw new Error(managerAnswer(error.stdout ?? '')?.message ?? error.message);
    },
  );
  const answer = managerAnswer(stdout);
  if (!answer?.driver_path || !answer.browser_path) throw new Error(answer?.message ?? 'it gave no answer');
  return { browserPath: answer.browser_path, driverPath: answer.driver_path };
}

function managerAnswer(stdout: string): { message?: string; driver_path?: string; browser_path?: string } | undefined {
  try {
    return (JSON.parse(stdout) as { result?: object }).result;
  } catch {
    return undefined;
  }
}
