import type { CommandOptions, RunningCommand, Workplace } from '../support/command.ts';
import type { ProxyHook } from '../support/webdriver-proxy.ts';
import type { Ending } from './expected.ts';

/** Which browsers a run uses: this machine's Chrome, a Selenium Grid behind a proxy, or the stub. */
export type Ground = 'chrome' | 'hub' | 'stub';

export const FAMILIES = [
  'POST /session',
  'DELETE /session',
  'wire',
  'browser',
  'grid',
  'page',
  'check',
  'machine',
  'signal',
  'outage',
] as const;

export type Family = (typeof FAMILIES)[number];

/** The limits of each run: short, because faults use them up. */
export const LIMITS = { checkMs: 5_000, siteMs: 12_000, afterMs: 5_000, runMs: 180_000 };

/** The sites beside the one that the fault hits. */
export const NEIGHBORS = ['good-1', 'good-2', 'good-3'] as const;

/** What a check that asks for harm tells about its session. */
export interface Victim {
  readonly sessionId: string;
  /** The profile of its Chrome. Each of its processes has it on its command line, or a parent that has. */
  readonly profile: string;
  /** The worker that runs the check. */
  readonly worker: number;
}

/** A run of gridrun in which something goes wrong. */
export interface Scene {
  readonly family: Family;
  readonly ground: Ground;
  /** A part of the short form, which CI runs. */
  readonly isShort?: boolean;
  /** What goes wrong, by the site that it hits, and what must come of it. Most scenes have one site, `bad`. */
  readonly faults: Readonly<Record<string, { readonly fault: string; readonly expected: Ending }>>;
  /** The addresses of these sites. Any that is not in `faults` is in the list too. */
  readonly urls?: Readonly<Record<string, string>>;
  /** The body of the check on `bad`, once its page is there. `await harm()` asks for the harm, and waits until it is done. */
  readonly check?: string;
  /** The whole check file, if it has to be another one. */
  readonly suite?: string;
  /** Changes answers of the hub. Made anew for each run. */
  readonly wire?: () => ProxyHook;
  /** Does harm while the check waits; called for the first attempt, or for each. */
  readonly harm?: (victim: Victim, stage: Stage) => Promise<void> | void;
  readonly isHarmedEachTime?: boolean;
  /** The grid of the run is made for it, because the harm ends it. */
  readonly hasOwnGrid?: boolean;
  readonly flags?: readonly string[];
  /** Default: 2 */
  readonly sessions?: '1';
  readonly options?: CommandOptions;
  readonly prepare?: (place: Workplace) => Promise<void>;
  /** The rest of the run, or another one, must pass without the fault. What is left is counted only then. */
  readonly next?: 'resume' | 'start';
  /** Called before the next run. */
  readonly mend?: (stage: Stage) => Promise<void> | void;
  /** What must come of the neighbors. Default: each passes at its first attempt. */
  readonly neighbors?: 'untouched' | 'passed' | 'any';
  /** No grid can end the session that the harm leaves, until its own time-out. Its record must stay, so that a later run tries again. */
  readonly keepsRecord?: boolean;
  /** How long an attempt may take, if the limits of the run are not what ends it. */
  readonly limitMs?: number;
  /** Words that the output must have. */
  readonly says?: RegExp;
}

/** Where a scene plays. */
export interface Stage {
  readonly place: Workplace;
  /** The grid of the run, if it has one. */
  readonly grid: GridUnderTest | undefined;
  /** The run, once it is started. */
  readonly command: RunningCommand;
  /** The folder of temporary files of the run: all its processes have it in their environment. */
  readonly state: string;
}

/** A grid that can be harmed. */
export interface GridUnderTest extends AsyncDisposable {
  readonly url: string;
  setHook(hook: ProxyHook): void;
  /** The ids of the sessions that are open. */
  sessions(): Promise<string[]>;
  endSession(id: string): Promise<void>;
  killHub(): Promise<void>;
  restartHub(): Promise<void>;
  /** The node of a session is lost, or hangs. */
  signalNode(sessionId: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void>;
  /** Lets frozen nodes go on. */
  thaw(): void;
}

/** A scene with one site, `bad`. */
export function scene(
  family: Family,
  ground: Ground,
  fault: string,
  expected: Ending,
  how: Omit<Scene, 'family' | 'ground' | 'faults'> = {},
): Scene {
  return { family, ground, faults: { bad: { fault, expected } }, ...how };
}

/** The rest of `/bin/sh -c` for a command that is limited. */
export const limited = (line: string): CommandOptions => ({ shell: `${line}; exec "$@"` });
