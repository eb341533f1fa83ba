import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { GridrunError } from '../core/fault.ts';
import { within } from '../wire/deadline.ts';

const START_DEADLINE_MS = 20_000;
const TERM_DEADLINE_MS = 2000;
const LOG_LINES = 12;

/** A chromedriver of our own, and the Chrome that it starts. */
export interface DriverProcess {
  readonly pid: number;
  /** `http://127.0.0.1:40001` */
  readonly endpoint: string;
  /** The last lines that it logged, for the message of an error. */
  lastLog(): Promise<string>;
  /** Ends it and everything that it started. Never throws. */
  stop(): Promise<void>;
}

/**
 * Starts a chromedriver on a port that it chooses itself. Its temporary files, its Chrome's and its log go into
 * `folder`, which is in the command line of them all. Throws a `GridrunError` with its last words where it does not start.
 */
export async function startDriver(program: string, folder: string, signal: AbortSignal): Promise<DriverProcess> {
  const logFile = join(folder, 'chromedriver.log');
  const child = spawn(program, ['--port=0', `--log-path=${logFile}`], {
    // A group of its own: Ctrl-C in a terminal must not end browsers before their sites are done, and a kill reaches them all.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder },
  });
  const driver = {
    pid: child.pid ?? 0,
    lastLog: () => lastLines(logFile),
    stop: () => stop(child),
  };
  try {
    const port = await chosenPort(child, signal);
    return { ...driver, endpoint: `http://127.0.0.1:${port}` };
  } catch (error) {
    await driver.stop();
    throw new GridrunError(
      'browser.driver-not-started',
      `${program} did not start: ${error instanceof Error ? error.message : String(error)}${await driver.lastLog()}`,
      { cause: error },
    );
  }
}

/** chromedriver says which port it chose, on its standard output. */
async function chosenPort(child: ChildProcess, signal: AbortSignal): Promise<number> {
  return await within({ deadlineMs: START_DEADLINE_MS, signal }, async (limit, cutBy) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let text = '';
    child.once('error', reject);
    child.once('exit', (code, by) => reject(new Error(`it ended with ${by ?? code}`)));
    limit.addEventListener(
      'abort',
      () => reject(new Error(cutBy() === 'aborted' ? 'stopped' : `no port in ${START_DEADLINE_MS} ms`)),
      { once: true },
    );
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-4000);
      const port = /successfully on port (\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    if (limit.aborted) reject(new Error('stopped'));
    return await promise;
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    if (process.platform === 'win32') await endTree(child.pid);
    else {
      signalGroup(child.pid, 'SIGTERM');
      const timer = setTimeout(signalGroup, TERM_DEADLINE_MS, child.pid, 'SIGKILL');
      await ended.finally(() => clearTimeout(timer));
    }
  }
  // A Chrome that outlived its driver is still in the group.
  if (process.platform !== 'win32') signalGroup(child.pid, 'SIGKILL');
  child.stdout?.destroy();
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

async function endTree(pid: number): Promise<void> {
  await new Promise((resolve) => execFile('taskkill', ['/pid', String(pid), '/T', '/F'], resolve));
}

async function lastLines(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^#\d+ 0x/.test(line));
  return lines.length === 0 ? '' : `\nchromedriver's last words:\n${lines.slice(-LOG_LINES).join('\n')}`;
}
