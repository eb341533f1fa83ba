import { GridrunError } from '../core/fault.ts';
import type { ChromeKind } from '../core/chrome.ts';
import type { ExtensionOptions, GridOptions } from '../core/options.ts';
import type { Env } from './chrome-places.ts';
import { findChrome, type ChromePair } from './find-chrome.ts';

/** The Chrome of this machine that a run uses for all its sessions. */
export interface ChosenChrome {
  readonly kind: ChromeKind;
  readonly pair: ChromePair;
  /** Why it is not the headless shell, which could do the run. */
  readonly noShell?: GridrunError;
}

/** What decides which Chrome a run uses. */
export type ChromeOptions = Pick<GridOptions, 'chrome' | 'headed' | 'capabilities'> &
  Pick<ExtensionOptions, 'extension'>;

/**
 * Chooses the Chrome of this machine. `auto` takes the headless shell, which has no user interface and needs half the CPU, if it
 * is installed and the run needs nothing that only full Chrome has. Throws a refusal if there is no such Chrome.
 */
export async function chooseChrome(options: ChromeOptions, env: Env = process.env): Promise<ChosenChrome> {
  const { chrome } = options;
  if (chrome === 'shell') return { kind: 'shell', pair: await findChrome({ env, kind: 'shell' }) };
  if (chrome === 'full' || needsFull(options, env)) return { kind: 'full', pair: await findChrome({ env }) };
  try {
    return { kind: 'shell', pair: await findChrome({ env, kind: 'shell' }) };
  } catch (error) {
    // A path that the user gave must be right.
    if (!(error instanceof GridrunError) || env['GRIDRUN_CHROME_SHELL']) throw error;
    return { kind: 'full', pair: await findChrome({ env }), noShell: error };
  }
}

/** The headless shell has no windows and no extensions. A browser that the user named is taken as it is. Pure. */
export function needsFull({ headed, extension, capabilities }: ChromeOptions, env: Env): boolean {
  return headed || extension !== undefined || Boolean(env['GRIDRUN_CHROME']) || namesBrowser(capabilities);
}

const FULL_ONLY = /^(--)?(load-extension|remote-debugging-pipe|app|kiosk)(=|$)/;

function namesBrowser(capabilities: ChromeOptions['capabilities']): boolean {
  const given = (capabilities['goog:chromeOptions'] ?? {}) as Readonly<Record<string, unknown>>;
  const args = Array.isArray(given['args']) ? (given['args'] as unknown[]) : [];
  return (
    ['binary', 'debuggerAddress', 'extensions', 'androidPackage'].some((key) => key in given) ||
    args.some((arg) => typeof arg === 'string' && FULL_ONLY.test(arg))
  );
}
