import { ANY_PERCENT, DURATION, PERCENT, SWITCH, text, whole } from '../kinds.ts';
import { setting } from '../setting.ts';

/** The browser extension under test, and what to compare it with. */
export const EXTENSION = {
  extension: setting({
    flag: 'extension',
    value: 'dir|zip|crx',
    kind: text('a folder, a zip or a crx'),
    describe: 'Manifest V3 extension to install in every session, on any grid',
    default: undefined,
  }),
  control: setting({
    flag: 'control',
    value: 'none|dir|zip|crx',
    kind: text('none, a folder, a zip or a crx'),
    describe: 'Compare each failing site with this: no extension (`none`), or another build',
    default: undefined,
    defaultText: 'off',
  }),
  controlAll: setting({
    flag: 'control-all',
    kind: SWITCH,
    describe: 'Run every site with the control too, in random order, for a release decision',
    default: false,
  }),
  controlSample: setting({
    flag: 'control-sample',
    value: 'n%',
    kind: PERCENT,
    describe:
      'Run this share of the sites with the control too, though nothing failed there, to measure the whole list',
    default: undefined,
    defaultText: '5% of a list of more than 200 sites',
  }),
  controlBudget: setting({
    flag: 'control-budget',
    value: 'n',
    kind: whole(3),
    describe: 'Load a failing site at most n times, with and without the build in turn, to find out what broke it',
    default: 12,
  }),
  controlRunBudget: setting({
    flag: 'control-run-budget',
    value: 'n%',
    kind: ANY_PERCENT,
    describe: 'Let comparisons add this share of loads to the run at most; 25 failing sites get theirs in any case',
    default: undefined,
    defaultText: '100% of the number of sites',
  }),
  controlWait: setting({
    flag: 'control-wait',
    value: 'time',
    kind: DURATION,
    describe: 'Let the run last so much longer, so that the loads of a failing site lie further apart, as in 5m',
    default: 0,
    defaultText: 'none',
  }),
  failOnExtensionErrors: setting({
    flag: 'fail-on-extension-errors',
    kind: SWITCH,
    describe: 'Fail a site if the extension throws an error there',
    default: false,
  }),
} as const;
