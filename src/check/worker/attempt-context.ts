import { AsyncLocalStorage } from 'node:async_hooks';
import type { WebDriver } from 'selenium-webdriver';
import { GridrunError } from '../../core/fault.ts';
import type { ExtensionInCheck } from './extension/extension-in-check.ts';

/** What a check reads of its site. */
export interface CheckSite {
  readonly id: string;
  readonly url: string;
  readonly tags: readonly string[];
  /** Whatever the list says about the site. */
  // oxlint-disable-next-line no-explicit-any -- checks know the shape of their own data
  readonly data: any;
  /** The values of the environment variables that the list names for the site. They are secrets. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What `attach` takes: text, bytes, or a value that is written as JSON. */
export type AttachmentBody = string | Uint8Array | object;

/** One attempt as the checks in it and the process's stray errors find it. */
export interface AttemptContext {
  readonly attemptId: number;
  readonly siteId: string;
  readonly site: CheckSite;
  readonly driver: WebDriver;
  readonly extension: ExtensionInCheck;
  readonly signal: AbortSignal;
  /** Takes the site's secrets out of what it writes. */
  readonly redaction: { text(text: string): string };
  attach(name: string, body: AttachmentBody): Promise<void>;
  /** An error that no check threw: of a timer, of a promise nobody waits for. */
  onStray(error: unknown, check: string | undefined): void;
}

/** What the code that runs now belongs to. */
export interface LaneStore {
  readonly lane: { readonly number: number; onStray(error: unknown): void };
  readonly run?: AttemptContext;
  /** `CheckPlan.title` of the running test, or of the test that a hook runs for. */
  readonly check?: string;
}

/** Follows every await, timer and event: one process, many lanes, and each piece of code knows its own. */
export const laneContext = new AsyncLocalStorage<LaneStore>();

/** The attempt that the calling code belongs to. Throws where a check file reads it while it is loaded. */
export function currentAttempt(what: string): AttemptContext {
  const run = laneContext.getStore()?.run;
  if (run !== undefined) return run;
  throw new GridrunError(
    'check.no-site-yet',
    `\`${what}\` of gridrun/check was read outside of a running check: there is no site yet`,
    { hint: `read \`${what}\` inside it(), before() or beforeEach()` },
  );
}
