import { AsyncLocalStorage } from 'node:async_hooks';
import type { WebDriver } from 'selenium-webdriver';
import { GridrunError } from '../../core/fault.ts';
import type { AttachmentBody } from './evidence/evidence.ts';
import type { ExtensionInCheck } from './extension/extension-in-check.ts';

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
  readonly driver: WebDriver;
  readonly extension: ExtensionInCheck;
  readonly signal: AbortSignal;
  /** Takes the site's secrets out of text. */
  readonly redaction: { text(text: string): string };
  attach(name: string, body: AttachmentBody): Promise<void>;
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

/** The attempt that the calling code belongs to. Throws if none runs, such as while a check file is loaded. */
export function currentAttempt(what: string): AttemptContext {
  const attempt = laneContext.getStore()?.attempt;
  if (attempt !== undefined) return attempt;
  throw new GridrunError(
    'check.no-site-yet',
    `\`${what}\` of gridrun/check was read outside of a running check: there is no site yet`,
    { hint: `read \`${what}\` inside it(), before() or beforeEach()` },
  );
}
