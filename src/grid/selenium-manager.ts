import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);
/** It may download a browser. */
const TIMEOUT_MS = 120_000;

/** A browser and a driver that fit each other. */
export interface ManagedPair {
  readonly browserPath: string;
  readonly driverPath: string;
}

interface Answer {
  readonly message?: string;
  readonly driver_path?: string;
  readonly browser_path?: string;
}

/** Runs the Selenium Manager of selenium-webdriver, which itself runs it synchronously. Throws an `Error`. */
export async function seleniumManager(args: readonly string[]): Promise<ManagedPair> {
  const { stdout } = await execFileAsync(managerPath(), args, { timeout: TIMEOUT_MS }).catch(
    (error: Error & { stdout?: string }) => {
      throw new Error(answerIn(error.stdout ?? '')?.message ?? error.message);
    },
  );
  const answer = answerIn(stdout);
  if (!answer?.driver_path || !answer.browser_path) throw new Error(answer?.message ?? 'it gave no answer');
  return { browserPath: answer.browser_path, driverPath: answer.driver_path };
}

function managerPath(): string {
  const { SE_MANAGER_PATH: given } = process.env;
  if (given !== undefined) return given;
  const root = dirname(createRequire(import.meta.url).resolve('selenium-webdriver/package.json'));
  const linux = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x86_64';
  const folder = { darwin: 'macos', win32: 'windows' }[process.platform as string] ?? linux;
  return join(root, 'bin', folder, process.platform === 'win32' ? 'selenium-manager.exe' : 'selenium-manager');
}

function answerIn(stdout: string): Answer | undefined {
  try {
    return (JSON.parse(stdout) as { result?: Answer }).result;
  } catch {
    return undefined;
  }
}
