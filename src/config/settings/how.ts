import { WHOLE_OR_AUTO, oneOf, text, whole } from '../kinds.ts';
import { setting } from '../setting.ts';

/** How to run: how the work is cut and kept apart. */
export const HOW = {
  chunkSize: setting({
    flag: 'chunk-size',
    value: 'n|auto',
    kind: WHOLE_OR_AUTO,
    describe: 'Maximum sites handed to a session at a time; auto: large batches first, smaller ones near the end',
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
    describe: 'Maximum sites of one registrable domain (example.com, with all its subdomains) at once',
    default: 0,
    defaultText: 'no limit',
  }),
  hostDelay: setting({
    flag: 'host-delay',
    value: 'ms',
    kind: whole(0),
    describe:
      'Pause between the end of a site and the next one of the same host, for hosts that limit how often they are visited',
    default: 0,
    defaultText: 'none',
  }),
  isolation: setting({
    flag: 'isolation',
    value: 'wipe|session|context',
    kind: oneOf('wipe', 'session', 'context'),
    describe:
      "Isolation between sites: wipe clears the session's data; session starts a new one (safest, slower); context opens a new browser context (no extensions)",
    default: 'wipe',
  }),
  lanesPerWorker: setting({
    flag: 'lanes-per-worker',
    formerly: 'lanes-per-host',
    value: 'n',
    kind: whole(0, ' (spread over the cores)'),
    describe:
      'Maximum lanes in one worker process; a lane is a copy of the suite, one per session; 1 gives each its own process',
    default: 0,
    defaultText: 'one worker process per core, lanes spread evenly',
  }),
  durations: setting({
    flag: 'durations',
    value: 'file',
    kind: text('a results.json, or a map of site ids to ms'),
    describe:
      'File with the expected duration of each site, used for planning: an earlier results.json, or a map of site ids to ms',
    default: undefined,
    defaultText: 'durations of earlier runs in --out; none with --shard',
  }),
} as const;
