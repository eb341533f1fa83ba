import { statfsSync } from 'node:fs';
import { join } from 'node:path';

type Json = Readonly<Record<string, unknown>>;

/** Arguments that keep an unattended Chrome quiet, and make it the same on every machine. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** By default a headless Chrome is so narrow that many sites show their page for phones. */
const WINDOW = '--window-size=1280,800';

/** The capabilities of every session, before the user's own. */
export function defaultCapabilities(headed: boolean): Json {
  return {
    browserName: 'chrome',
    webSocketUrl: true,
    unhandledPromptBehavior: 'dismiss',
    'goog:chromeOptions': { args: [...(headed ? [] : ['--headless=new', WINDOW]), ...QUIET] },
  };
}

/**
 * Further capabilities for the Chrome of this machine.
 * @param folder the session's own: downloads and dumps of crashes go there and are removed with it, not into the user's
 * folder
 */
export function localCapabilities(chrome: string, folder: string): Json {
  const args = [`--crash-dumps-dir=${crashDumpsIn(folder)}`];
  if (process.platform === 'linux') {
    // Chrome refuses to run with its sandbox as root.
    if (process.getuid?.() === 0) args.push('--no-sandbox');
    // In a container /dev/shm has 64 MB by default. Tabs crash when it is full.
    if (smallSharedMemory()) args.push('--disable-dev-shm-usage');
  }
  return {
    'goog:chromeOptions': { binary: chrome, args, prefs: { 'download.default_directory': join(folder, 'downloads') } },
  };
}

/** The folder for the dumps of crashed tabs. They hold parts of the memory, so they must not outlive their session. */
export function crashDumpsIn(folder: string): string {
  return join(folder, 'crash-dumps');
}

/** Merges deep: objects key by key, and lists one after the other without repeats. Any other later value wins. */
export function mergeCapabilities(...parts: readonly Json[]): Json {
  return parts.reduce<Json>((merged, part) => mergeTwo(merged, part) as Json, {});
}

function mergeTwo(earlier: unknown, later: unknown): unknown {
  if (Array.isArray(earlier) && Array.isArray(later))
    return [...new Set([...(earlier as unknown[]), ...(later as unknown[])])];
  if (!isObject(earlier) || !isObject(later)) return later;
  const keys = new Set([...Object.keys(earlier), ...Object.keys(later)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in later ? mergeTwo(earlier[key], later[key]) : earlier[key]]),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function smallSharedMemory(): boolean {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm');
    return blocks * bsize < 512 * 1024 * 1024;
  } catch {
    return true;
  }
}
