import { basename } from 'node:path';
import { GridrunError, refusal } from '../core/fault.ts';
import type { ChromeKind } from '../core/chrome.ts';
import type { ExtensionOptions, GridOptions } from '../core/options.ts';
import type { Env } from './chrome-places.ts';
import { findChrome, type ChromePair, type FindChromeOptions } from './find-chrome.ts';

/** The Chrome of this machine that a run uses for all its sessions. */
export interface ChosenChrome {
  /** Undefined if a browser that runs already is used: nobody knows which one that is. */
  readonly kind: ChromeKind | undefined;
  readonly pair: ChromePair;
  /** Why it is not the headless shell, which could do the run. */
  readonly noShell?: GridrunError;
}

/** What decides which Chrome a run uses. */
export type ChromeOptions = Pick<GridOptions, 'chrome' | 'headed' | 'capabilities'> &
  Pick<ExtensionOptions, 'extension'>;

/** Finds a Chrome, as `findChrome` does. */
type Find = (options: FindChromeOptions) => Promise<ChromePair>;

/**
 * Chooses the Chrome of this machine. `auto` takes the headless shell if it is installed and the run needs nothing that only
 * full Chrome has. Throws a refusal if there is no such Chrome.
 */
export async function chooseChrome(
  options: ChromeOptions,
  env: Env = process.env,
  find: Find = findChrome,
): Promise<ChosenChrome> {
  const { chrome } = options;
  if (chrome === 'shell') return await shellOf(options, env, find);
  if (chrome === 'full' || needsFull(options, env)) return labelled(options, await find({ env }));
  try {
    return { kind: 'shell', pair: await find({ env, kind: 'shell' }) };
  } catch (error) {
    // A path that the user gave must be right.
    if (!(error instanceof GridrunError) || env['GRIDRUN_CHROME_SHELL']) throw error;
    return { ...labelled(options, await find({ env })), noShell: error };
  }
}

async function shellOf({ capabilities }: ChromeOptions, env: Env, find: Find): Promise<ChosenChrome> {
  const named = namesBrowser(capabilities);
  if (named === undefined) return { kind: 'shell', pair: await find({ env, kind: 'shell' }) };
  throw refusal('options', `--chrome shell: --capabilities have ${named}, which the headless shell would not get`, {
    hint: 'leave out one of the two',
  });
}

/** The user's capabilities, or GRIDRUN_CHROME, may name another browser than full Chrome. */
function labelled({ capabilities }: ChromeOptions, pair: ChromePair): ChosenChrome {
  const { binary = pair.chrome, debuggerAddress } = chromeOptionsOf(capabilities);
  if (debuggerAddress !== undefined || typeof binary !== 'string') return { kind: undefined, pair };
  return { kind: /headless[-_]shell/i.test(basename(binary)) ? 'shell' : 'full', pair };
}

/** The headless shell has no windows and no extensions. A browser that the user named is taken as it is. Pure. */
export function needsFull({ headed, extension, capabilities }: ChromeOptions, env: Env): boolean {
  const isNamed = Boolean(env['GRIDRUN_CHROME']) || namesBrowser(capabilities) !== undefined;
  return headed || extension !== undefined || isNamed;
}

const NAMING = ['binary', 'debuggerAddress', 'extensions', 'androidPackage'];
const FULL_ONLY = /^(--)?(load-extension|remote-debugging-pipe|app|kiosk)(=|$)/;

/** What in the capabilities names a browser, or needs full Chrome. */
function namesBrowser(capabilities: ChromeOptions['capabilities']): string | undefined {
  const given = chromeOptionsOf(capabilities);
  const args = Array.isArray(given['args']) ? (given['args'] as unknown[]) : [];
  const arg = args.find((each): each is string => typeof each === 'string' && FULL_ONLY.test(each));
  return NAMING.find((key) => key in given) ?? arg?.split('=', 1)[0];
}

function chromeOptionsOf(capabilities: ChromeOptions['capabilities']): Readonly<Record<string, unknown>> {
  return (capabilities['goog:chromeOptions'] ?? {}) as Readonly<Record<string, unknown>>;
}
