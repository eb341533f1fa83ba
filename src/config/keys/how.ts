// Made by npm run docs from ../settings/how.ts: change that, not this file.

/** The keys of a config: how to run. */
export interface HowKeys {
  /**
   * Maximum sites that a session takes in one go; auto: many at first, few at the end.
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
   * Maximum sites of one registrable domain at once.
   *
   * Flag: `--per-domain <n>`
   * @default 0 (no limit)
   */
  perDomain?: number;

  /**
   * How to separate two sites: wipe the session's data, start a new session, or open a new browser context.
   *
   * Flag: `--isolation <wipe|session|context>`
   * @default 'wipe'
   */
  isolation?: 'wipe' | 'session' | 'context';

  /**
   * Maximum lanes (copies of the suite) in one worker process; 1 separates them fully.
   *
   * Flag: `--lanes-per-worker <n>`
   * @default 0 (spread over one worker per core)
   */
  lanesPerWorker?: number;

  /**
   * How long each site takes, to plan by: an earlier results.json, or a map of site ids to ms.
   *
   * Flag: `--durations <file>`
   * @default the last results.json under --out; none with --shard
   */
  durations?: string;
}
