// Made by npm run docs from ../settings/known-failures.ts: change that, not this file.

/** The keys of a config: known failures. */
export interface KnownFailuresKeys {
  /**
   * Results of an earlier run, or of several: only failures that are not in them fail this run.
   *
   * Flag: `--baseline <dir>`
   * @default none
   */
  baseline?: string;

  /**
   * How many of the newest runs under --baseline to read: a failure in any of them is not new.
   *
   * Flag: `--baseline-nights <n>`
   * @default 1
   */
  baselineNights?: number;

  /**
   * Known failures that do not fail the run, each with a reason, an owner and an end date.
   *
   * Flag: `--expectations <file>`
   * @default none
   */
  expectations?: string;
}
