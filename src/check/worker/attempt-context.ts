import { AsyncLocalStorage } from 'node:async_hooks';
import type { WebDriver } from 'selenium-webdriver';
import type { Driver as ChromeDriver } from 'selenium-webdriver/chrome.js';
import { GridrunError } from '../../core/fault.ts';
import type { AttachmentBody } from './evidence/evidence.ts';
import type { ExtensionInCheck } from './extension/extension-in-check.ts';

/** The `driver` of a check: selenium-webdriver's Chrome driver, which also takes a file detector. */
export type CheckDriver = ChromeDriver & Pick<WebDriver, 'setFileDetector'>;

/** What a check reads of its site. */
export interface CheckSite {
  readonly id: string;
  readonly url: string;
  readonly tags: readonly string[];
  /** The site's `data` in the list. */
  // oxlint-disable-next-line no-explicit-any -- checks know the shape of their own data
  readonly data: any;
  /** The values of the environment variables that the list names for the site. They are secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One attempt, as its checks and the process's error handlers see it. */
export interface AttemptContext {
  readonly attemptId: number;
  readonly siteId: string;
  readonly site: CheckSite;
  readonly driver: CheckDriver;
  readonly extension: ExtensionInCheck;
  readonly signal: AbortSignal;
  /** Takes the site's secrets out of text. */
  readonly redaction: { text(text: string): string };
  attach(name: string, body: AttachmentBody): Promise<void>;
  /** Throws if the browser does not show a page of the site. */
  expectPage(): Promise<void>;
  /** Takes an error that no check threw: one of a timer, or of a promise that nothing awaits. */
  onStray(error: unknown, check: string | undefined): void;
  /** Takes the error of a test that was made while the attempt ran, in the code of `check`. */
  onLateTest(error: Error, check: string | undefined): void;
}

/** What the running code belongs to. */
export interface LaneStore {
  readonly lane: { readonly number: number; onStray(error: unknown): void };
  readonly attempt?: AttemptContext | undefined;
  /** `CheckPlan.title` of the running test, or of the test that a hook runs for. */
  readonly check?: string | undefined;
}

/** Follows each await, timer and event, so that code in one of many lanes finds its own lane and attempt. */
export const laneContext = new AsyncLocalStorage<LaneStore>();

/** The attempt of each lane: the running one, or the last until the next one starts. */
const byLane = new Map<number, AttemptContext>();

/** Sets the attempt that a lane's code belongs to, in whatever async context it runs. */
export function setAttemptOfLane(lane: number, attempt: AttemptContext): void {
  byLane.set(lane, attempt);
}

/** Call this when a lane is not used again. */
export function dropAttemptOfLane(lane: number): void {
  byLane.delete(lane);
}

/** The attempt of a lane: the running one, or the last; undefined if there is none. */
export function attemptOfLane(lane: number): AttemptContext | undefined {
  return byLane.get(lane);
}

/** The attempts of all lanes. */
export function attemptsOfLanes(): Iterable<AttemptContext> {
  return byLane.values();
}

/**
 * The attempt that the calling code belongs to. `lane` is that of the module that calls, if it has one. Code of a lane
 * may come back in another lane's async context, such as from the queue of a promise library that all lanes share. Its
 * lane then tells where it belongs. Throws if no attempt runs, such as while a check file is loaded.
 */
export function attemptOfCaller(what: string, lane: number | undefined): AttemptContext {
  const store = laneContext.getStore();
  const isOwnContext = lane === undefined || store?.lane.number === lane;
  // In its own context, code that outlives its site finds the driver of that site and not of the next one.
  const attempt = isOwnContext ? store?.attempt : byLane.get(lane);
  if (attempt !== undefined) return attempt;
  throw new GridrunError(
    'check.no-site-yet',
    `\`${what}\` of gridrun/check was read outside of a running check: there is no site yet`,
    { hint: `read \`${what}\` inside it(), before() or beforeEach()` },
  );
}

/** The check whose code calls, if that code is in the attempt's own async context. */
export function checkOfCaller(attempt: AttemptContext): string | undefined {
  const store = laneContext.getStore();
  return store?.attempt === attempt ? store.check : undefined;
}
