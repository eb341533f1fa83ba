// Made by npm run docs from ../settings/selection.ts: change that, not this file.

/** The keys of a config: what to run. */
export interface SelectionKeys {
  /**
   * The site list: JSON, NDJSON, YAML, CSV, Tranco's rank,domain, or plain text with # comments; - is standard input.
   *
   * Flag: `--sites <file|url|->`
   * @default required, unless the config names one
   */
  sites?: string;

  /**
   * Run only checks whose full title matches.
   *
   * Flag: `--grep <regex>`
   * @default all checks
   */
  grep?: string;

  /**
   * Run only checks whose full title does not match.
   *
   * Flag: `--grep-invert <regex>`
   * @default none
   */
  grepInvert?: string;

  /**
   * Run only sites with one of these tags. A tag that appears as @tag in check titles selects those checks too.
   *
   * Flag: `--tag <tag>`
   * @default all
   */
  tag?: string | string[];

  /**
   * Run only sites whose id or host matches one of these globs.
   *
   * Flag: `--site <glob>`
   * @default all
   */
  site?: string | string[];

  /**
   * Run only part i of n of the list; sites of one host stay in the same part.
   *
   * Flag: `--shard <i/n>`
   * @default 1/1
   */
  shard?: string;

  /**
   * Run only the sites that did not pass in the last run.
   *
   * Flag: `--last-failed`
   * @default false
   */
  lastFailed?: boolean;

  /**
   * Resume an unfinished run (the newest, if none is named).
   *
   * Flag: `--resume <run>`
   * @default off
   */
  resume?: string;

  /**
   * Refuse a suite that contains .only.
   *
   * Flag: `--forbid-only`
   * @default on in CI
   */
  forbidOnly?: boolean;
}
