import { REGEX, SHARD, SWITCH, TAGS, list, text, textOrEmpty } from '../kinds.ts';
import { setting } from '../setting.ts';

/** What to run: the list, and what to select from it. */
export const SELECTION = {
  sites: setting({
    flag: 'sites',
    value: 'file|url|-',
    kind: text('a file, a URL, or - for standard input'),
    describe:
      "The site list: JSON, NDJSON, YAML, CSV, Tranco's rank,domain, or plain text with # comments; - is standard input",
    default: undefined,
    defaultText: 'required, unless the config names one',
  }),
  grep: setting({
    flag: 'grep',
    alias: 'g',
    value: 'regex',
    kind: REGEX,
    describe: 'Run only checks whose full title matches',
    default: undefined,
    defaultText: 'all checks',
  }),
  grepInvert: setting({
    flag: 'grep-invert',
    value: 'regex',
    kind: REGEX,
    describe: 'Run only checks whose full title does not match',
    default: undefined,
  }),
  tag: setting({
    flag: 'tag',
    value: 'tag',
    kind: TAGS,
    describe:
      'Run only sites with one of these tags. A tag that appears as @tag in check titles selects those checks too',
    default: [],
    defaultText: 'all',
  }),
  site: setting({
    flag: 'site',
    value: 'glob',
    kind: list('globs of site ids or hosts'),
    describe: 'Run only sites whose id or host matches one of these globs',
    default: [],
    defaultText: 'all',
  }),
  shard: setting({
    flag: 'shard',
    value: 'i/n',
    kind: SHARD,
    describe: 'Run only part i of n of the list; sites of one host stay in the same part',
    default: { index: 1, total: 1 },
    defaultText: '1/1',
  }),
  lastFailed: setting({
    flag: 'last-failed',
    kind: SWITCH,
    describe: 'Run only the sites that did not pass in the last run',
    default: false,
  }),
  resume: setting({
    flag: 'resume',
    value: 'run',
    kind: textOrEmpty('the name of an unfinished run, or nothing'),
    describe: 'Resume an unfinished run (the newest, if none is named)',
    default: undefined,
    defaultText: 'off',
  }),
  forbidOnly: setting({
    flag: 'forbid-only',
    kind: SWITCH,
    describe: 'Refuse a suite that contains .only',
    default: undefined,
    defaultText: 'on in CI',
  }),
  list: setting({
    flag: 'list',
    kind: SWITCH,
    describe: 'Print the plan without running it',
    default: false,
    only: 'flag',
  }),
} as const;
