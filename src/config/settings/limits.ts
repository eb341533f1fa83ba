import { SWITCH, milliseconds, whole } from '../kinds.ts';
import { setting } from '../setting.ts';

/** When to try again, and when to stop. */
export const LIMITS = {
  retries: setting({
    flag: 'retries',
    value: 'n',
    kind: whole(0),
    describe: 'Extra attempts for a site with a failed check',
    default: 0,
  }),
  infraRetries: setting({
    flag: 'infra-retries',
    value: 'n',
    kind: whole(0),
    describe: 'Extra attempts after a fault of the browser, the grid or gridrun itself',
    default: 2,
  }),
  outageSites: setting({
    flag: 'outage-sites',
    value: 'n',
    kind: whole(0, ' (never)'),
    describe: 'Start no site while the grid or the network is down: after n sites in a row with the same fault',
    default: 8,
  }),
  outageTimeout: setting({
    flag: 'outage-timeout',
    value: 'ms',
    kind: milliseconds(0),
    describe: 'How long the grid or the network may be down, in ms, before the run ends',
    default: 60_000,
  }),
  timeout: setting({
    flag: 'timeout',
    value: 'ms',
    kind: milliseconds(0, ' (no limit)'),
    describe: "Time limit for one check, in ms; mocha's timeout",
    default: 30_000,
  }),
  siteTimeout: setting({
    flag: 'site-timeout',
    value: 'ms',
    kind: milliseconds(1),
    describe: 'Time limit for one attempt at a site, in ms',
    default: 120_000,
  }),
  globalTimeout: setting({
    flag: 'global-timeout',
    value: 'ms',
    kind: milliseconds(0, ' (no limit)'),
    describe: 'Time limit for the whole run, in ms; sites that have not finished by then are reported as not-run',
    default: 0,
    defaultText: 'no limit',
  }),
  bail: setting({
    flag: 'bail',
    alias: 'x',
    kind: SWITCH,
    describe: 'Stop starting sites after the first failure',
    default: false,
  }),
  maxFailures: setting({
    flag: 'max-failures',
    value: 'n',
    kind: whole(0, ' (no limit)'),
    describe: 'Stop starting sites after n have failed',
    default: undefined,
    defaultText: 'no limit',
  }),
  failOnFlaky: setting({
    flag: 'fail-on-flaky',
    kind: SWITCH,
    describe: 'Fail the run if a site is flaky: it failed and then passed on a retry',
    default: false,
  }),
} as const;
