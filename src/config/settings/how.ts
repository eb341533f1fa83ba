import { WHOLE_OR_AUTO, oneOf, text, whole } from '../kinds.ts';
import { setting } from '../setting.ts';

/** How to run: how the work is cut and kept apart. */
export const HOW = {
  chunkSize: setting({
    flag: 'chunk-size',
    value: 'n|auto',
    kind: WHOLE_OR_AUTO,
    describe: 'Maximum sites that a session takes in one go; auto: many at first, few at the end',
    default: 'auto',
  }),
  perHost: setting({
    flag: 'per-host',
    value: 'n',
    kind: whole(0, ' (no limit)'),
    describe: 'Maximum sites of one host at once; loopback and private addresses have no limit',
    default: 1,
  }),
  perDomain: setting({
    flag: 'per-domain',
    value: 'n',
    kind: whole(0, ' (no limit)'),
    describe: 'Maximum sites of one registrable domain at once',
    default: 0,
    defaultText: 'no limit',
  }),
  isolation: setting({
    flag: 'isolation',
    value: 'wipe|session|context',
    kind: oneOf('wipe', 'session', 'context'),
    describe: "How to separate two sites: wipe the session's data, start a new session, or open a new browser context",
    default: 'wipe',
  }),
  lanesPerWorker: setting({
    flag: 'lanes-per-worker',
    formerly: 'lanes-per-host',
    value: 'n',
    kind: whole(0, ' (spread over the cores)'),
    describe: 'Maximum lanes (copies of the suite) in one worker process; 1 separates them fully',
    default: 0,
    defaultText: 'spread over one worker per core',
  }),
  durations: setting({
    flag: 'durations',
    value: 'file',
    kind: text('a results.json, or a map of site ids to ms'),
    describe: 'How long each site takes, to plan by: an earlier results.json, or a map of site ids to ms',
    default: undefined,
    defaultText: 'the last results.json under --out; none with --shard',
  }),
} as const;
