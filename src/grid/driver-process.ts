import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { crashDumpsIn } from './capabilities.ts';
import { GridrunError } from '../core/fault.ts';
import { hasExited, signalGroup, startGroup } from '../os/process-group.ts';
import { within } from '../wire/deadline.ts';
import { untilAborted } from '../wire/until-aborted.ts';

const START_DEADLINE_MS = 20_000;
const TERM_DEADLINE_MS = 2000;
const LOG_LINES = 12;

/** A chromedriver that gridrun started, together with its Chrome. */
export interface DriverProcess {
  /** `http://127.0.0.1:40001` */
  readonly endpoint: string;
  /** Returns the last lines of its log, for an error message. */
  lastLog(): Promise<string>;
  /** Ends it and everything that it started. Never throws. */
  stop(): Promise<void>;
}

/**
 * Starts a chromedriver on a port that it picks itself. Its log, its temporary files and those of its Chrome go into
 * `folder`, so the command line of each of these processes names the folder.
 * Throws a `GridrunError` with the last lines of its log if it does not start.
 */
export async function startDriver(program: string, folder: string, signal: AbortSignal): Promise<DriverProcess> {
  const logFile = join(folder, 'chromedriver.log');
  // Ctrl-C in a terminal must not end browsers before their sites are done, and a kill must reach all of them.
  const child = startGroup(program, ['--port=0', `--log-path=${logFile}`], {
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: driverEnv(folder),
  });
  try {
    const port = await readPort(child, signal);
    return { endpoint: `http://127.0.0.1:${port}`, lastLog: () => endOfLog(logFile), stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw new GridrunError(
      'browser.driver-not-started',
      `${program} did not start: ${error instanceof Error ? error.message : String(error)}${await endOfLog(logFile)}`,
      { hint: 'run gridrun doctor to test Chrome and its driver', cause: error },
    );
  }
}

/** The environment of a driver and its Chrome: what they write goes into the session's folder. */
export function driverEnv(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder, BREAKPAD_DUMP_LOCATION: crashDumpsIn(folder) };
}

/** Chromedriver prints the port that it picked to its standard output. */
async function readPort(child: ChildProcess, signal: AbortSignal): Promise<number> {
  return await within({ deadlineMs: START_DEADLINE_MS, signal }, async (limit, cutBy) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let text = '';
    child.once('error', reject);
    child.once('exit', (code, by) => reject(new Error(`it ended with ${by ?? code}`)));
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-4000);
      const port = /successfully on port (\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    return await untilAborted(promise, limit).catch((error: unknown) => {
      const by = cutBy();
      if (by === undefined) throw error;
      throw new Error(by === 'aborted' ? 'stopped' : `it reported no port in ${START_DEADLINE_MS} ms`);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  if (!hasExited(child)) {
    const ended = once(child, 'exit');
    await signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => void signalGroup(child, 'SIGKILL'), TERM_DEADLINE_MS);
    await ended.finally(() => clearTimeout(timer));
  }
  // A Chrome that outlived its driver is still in the group.
  await signalGroup(child, 'SIGKILL');
  child.stdout?.destroy();
}

async function endOfLog(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^#\d+ 0x/.test(line));
  return lines.length === 0 ? '' : `\nLast lines of the chromedriver log:\n${lines.slice(-LOG_LINES).join('\n')}`;
}
