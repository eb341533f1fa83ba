// Made by npm run docs from ../settings/how.ts: change that, not this file.

/** The keys of a config: how to run. */
export interface HowKeys {
  /**
   * Maximum sites handed to a session at a time; auto: large batches first, smaller ones near the end.
   *
   * Flag: `--chunk-size <n|auto>`
   * @default 'auto'
   */
  chunkSize?: number | 'auto';

  /**
   * Maximum sites of one host at once; loopback and private addresses have no limit.
   *
   * Flag: `--per-host <n>`
   * @default 1
   */
  perHost?: number;

  /**
   * Maximum sites of one registrable domain (example.com, with all its subdomains) at once.
   *
   * Flag: `--per-domain <n>`
   * @default 0 (no limit)
   */
  perDomain?: number;

  /**
   * Pause between the end of a site and the next one of the same host, for hosts that limit how often they are visited.
   *
   * Flag: `--host-delay <ms>`
   * @default 0 (none)
   */
  hostDelay?: number;

  /**
   * Isolation between sites: wipe clears the session's data; session starts a new one (safest, slower); context opens a
   * new browser context (no extensions).
   *
   * Flag: `--isolation <wipe|session|context>`
   * @default 'wipe'
   */
  isolation?: 'wipe' | 'session' | 'context';

  /**
   * Maximum lanes in one worker process; a lane is a copy of the suite, one per session; 1 gives each its own process.
   *
   * Flag: `--lanes-per-worker <n>`
   * @default 0 (one worker process per core, lanes spread evenly)
   */
  lanesPerWorker?: number;

  /**
   * File with the expected duration of each site, used for planning: an earlier results.json, or a map of site ids to
   * ms.
   *
   * Flag: `--durations <file>`
   * @default durations of earlier runs in --out; none with --shard
   */
  durations?: string;
}
