// Made by npm run docs from ../settings/known-failures.ts: change that, not this file.

/** The keys of a config: known failures. */
export interface KnownFailuresKeys {
  /**
   * Results of one or more earlier runs. Failures found there do not fail this run.
   *
   * Flag: `--baseline <dir>`
   * @default none
   */
  baseline?: string;

  /**
   * Number of runs under --baseline to read, newest first; a failure in any of them does not fail this run.
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
