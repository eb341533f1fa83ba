import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { SessionRequest } from '../core/ports.ts';
import { driverEnv } from './driver-process.ts';
import { signalGroup, startGroup } from '../os/process-group.ts';
import { within } from '../wire/deadline.ts';
import { untilAborted } from '../wire/until-aborted.ts';

const BY_HAND_MS = 5000;
const MAX_KEPT = 20_000;

/** Chrome's own log line: `[pid:tid:date:FATAL:file.cc:315] text`. */
const LOG_LINE = /^\[[^\]]*?(VERBOSE\d*|INFO|WARNING|ERROR|FATAL):[^\]]*\] *(.*)$/;
/** Lines that a Chrome prints too if it starts, and lines that only follow from its real reason. */
const NOISE =
  /^\[[^\]]*(VERBOSE\d*|INFO|WARNING):|^\[[^\]]*(dbus\/|crashpad|zygote_(linux|communication)|vaapi|aura\/env\.cc)|^#\d+ 0x|^Received signal \d|^(Trace\/breakpoint trap|Aborted|Segmentation fault)|^ +r?\w+: [0-9a-f]{16}|^\[end of stack trace\]|^DevTools listening on /;

/**
 * Starts Chrome without its driver, which keeps what Chrome prints to itself, and returns why it does not start: its last
 * meaningful line, or how it ended. Returns undefined if it starts, or has neither started nor ended after 5 s. Ends it and everything
 * that it started.
 * @param capabilities what chromedriver was asked for. The user's may name another Chrome
 * @param folder the session's own. The profile goes there, and the caller removes it
 */
export async function whyNoStart(
  capabilities: SessionRequest['capabilities'],
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const start = chromeStart(capabilities);
  if (start === undefined) return undefined;
  const own = ['--remote-debugging-port=0', `--user-data-dir=${join(folder, 'by-hand')}`, 'about:blank'];
  const child = startGroup(start.binary, [...start.args, ...own], {
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: driverEnv(folder),
  });
  let printed = '';
  const starts = new Promise<undefined>((resolve) => {
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      printed = (printed + chunk).slice(-MAX_KEPT);
      if (printed.includes('DevTools listening on ')) resolve(undefined);
    });
  });
  // A process that outlives Chrome would keep the pipe open.
  child.once('exit', () => void signalGroup(child, 'SIGKILL'));
  const ends = once(child, 'close').then(
    ([code, by]) => lastWords(printed) ?? `it ended with ${by ?? `exit code ${code}`} and printed nothing`,
    (error: Error) => error.message,
  );
  try {
    return await within({ deadlineMs: BY_HAND_MS, signal }, (limit) =>
      untilAborted(Promise.race([ends, starts]), limit).catch(() => fatalLine(linesOf(printed))),
    );
  } finally {
    await signalGroup(child, 'SIGKILL');
    child.stderr!.destroy();
  }
}

/** The Chrome that chromedriver was to start, and its arguments. Undefined if it was to use one that runs. */
function chromeStart(capabilities: SessionRequest['capabilities']): { binary: string; args: string[] } | undefined {
  const given = capabilities['goog:chromeOptions'];
  if (typeof given !== 'object' || given === null || 'debuggerAddress' in given) return undefined;
  const { binary, args }: { binary?: unknown; args?: unknown } = given;
  if (typeof binary !== 'string' || !Array.isArray(args)) return undefined;
  const texts = args.filter((arg) => typeof arg === 'string');
  // As chromedriver does.
  return { binary, args: texts.map((arg) => (arg.startsWith('--') ? arg : `--${arg}`)) };
}

/** The line of a Chrome's output that says why it ended: its last FATAL one, or else its last one that is no noise. Pure. */
function lastWords(printed: string): string | undefined {
  const lines = linesOf(printed);
  const last = lines.at(-1);
  return fatalLine(lines) ?? (last === undefined ? undefined : textOf(last));
}

function linesOf(printed: string): string[] {
  return stripVTControlCharacters(printed)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !NOISE.test(line));
}

function fatalLine(lines: readonly string[]): string | undefined {
  const line = lines.findLast((each) => LOG_LINE.exec(each)?.[1] === 'FATAL');
  return line === undefined ? undefined : textOf(line);
}

/** A line without Chrome's prefix, which differs in each process. */
function textOf(line: string): string {
  return (LOG_LINE.exec(line)?.[2] ?? line).trim();
}
