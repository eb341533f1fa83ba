// Made by npm run docs from ../settings/extension.ts: change that, not this file.

/** The keys of a config: extension. */
export interface ExtensionKeys {
  /**
   * Manifest V3 extension to install in every session, on any grid.
   *
   * Flag: `--extension <dir|zip|crx>`
   * @default none
   */
  extension?: string;

  /**
   * Compare each failing site with this: no extension (`none`), or another build.
   *
   * Flag: `--control <none|dir|zip|crx>`
   * @default off
   */
  control?: string;

  /**
   * Run every site with the control too, in random order, for a release decision.
   *
   * Flag: `--control-all`
   * @default false
   */
  controlAll?: boolean;

  /**
   * Run this share of the sites with the control too, though nothing failed there, to measure the whole list.
   *
   * Flag: `--control-sample <n%>`
   * @default 5% of a list of more than 200 sites
   */
  controlSample?: string;

  /**
   * Load a failing site at most n times, with and without the build in turn, to find out what broke it.
   *
   * Flag: `--control-budget <n>`
   * @default 12
   */
  controlBudget?: number;

  /**
   * Let comparisons add this share of loads to the run at most; 25 failing sites get theirs in any case.
   *
   * Flag: `--control-run-budget <n%>`
   * @default 100% of the number of sites
   */
  controlRunBudget?: string;

  /**
   * Let the run last so much longer, so that the loads of a failing site lie further apart, as in 5m.
   *
   * Flag: `--control-wait <time>`
   * @default 0 (none)
   */
  controlWait?: number | string;

  /**
   * Fail a site if the extension throws an error there.
   *
   * Flag: `--fail-on-extension-errors`
   * @default false
   */
  failOnExtensionErrors?: boolean;
}
