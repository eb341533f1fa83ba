// Made by npm run docs from ../settings/limits.ts: change that, not this file.

/** The keys of a config: limits. */
export interface LimitsKeys {
  /**
   * Extra attempts for a site with a failed check.
   *
   * Flag: `--retries <n>`
   * @default 0
   */
  retries?: number;

  /**
   * Extra attempts after a fault of the browser, the grid or gridrun itself.
   *
   * Flag: `--infra-retries <n>`
   * @default 2
   */
  infraRetries?: number;

  /**
   * Start no site while the grid or the network is down: after n sites in a row with the same fault.
   *
   * Flag: `--outage-sites <n>`
   * @default 8
   */
  outageSites?: number;

  /**
   * How long the grid or the network may be down, in ms, before the run ends.
   *
   * Flag: `--outage-timeout <ms>`
   * @default 60000
   */
  outageTimeout?: number;

  /**
   * Time limit for one check, in ms; mocha's timeout.
   *
   * Flag: `--timeout <ms>`
   * @default 30000
   */
  timeout?: number;

  /**
   * Time limit for one attempt at a site, in ms.
   *
   * Flag: `--site-timeout <ms>`
   * @default 120000
   */
  siteTimeout?: number;

  /**
   * Time limit for the whole run, in ms; sites that have not finished by then are reported as not-run.
   *
   * Flag: `--global-timeout <ms>`
   * @default 0 (no limit)
   */
  globalTimeout?: number;

  /**
   * Stop starting sites after the first failure.
   *
   * Flag: `--bail`
   * @default false
   */
  bail?: boolean;

  /**
   * Stop starting sites after n have failed.
   *
   * Flag: `--max-failures <n>`
   * @default no limit
   */
  maxFailures?: number;

  /**
   * Fail the run if a site is flaky: it failed and then passed on a retry.
   *
   * Flag: `--fail-on-flaky`
   * @default false
   */
  failOnFlaky?: boolean;
}
