import { text, whole } from '../kinds.ts';
import { setting } from '../setting.ts';

/** The failures that do not fail the run. */
export const KNOWN_FAILURES = {
  baseline: setting({
    flag: 'baseline',
    value: 'dir',
    kind: text('a results folder, or a folder that holds several'),
    describe: 'Results of one or more earlier runs. Failures found there do not fail this run',
    default: undefined,
  }),
  baselineNights: setting({
    flag: 'baseline-nights',
    value: 'n',
    kind: whole(1),
    describe: 'Number of runs under --baseline to read, newest first; a failure in any of them does not fail this run',
    default: 1,
  }),
  expectations: setting({
    flag: 'expectations',
    value: 'file',
    kind: text('a YAML or JSON file'),
    describe: 'Known failures that do not fail the run, each with a reason, an owner and an end date',
    default: undefined,
  }),
} as const;
