/** What a `gridrun.config.ts` may hold: the flags' words in camel case, and what only a config has. */
export interface Config {
  sites?: string;
  checks?: string | string[];
  /** Modules whose `mochaHooks` and `mochaGlobalSetup` run around all checks. */
  setup?: string | string[];
  grep?: string;
  grepInvert?: string;
  tag?: string | string[];
  site?: string | string[];
  shard?: string;
  grid?: string;
  /** Of a grid made for the run by `grid: 'docker'`: `2`, or `1..6` */
  nodes?: number | string;
  sessionsPerNode?: number | 'auto';
  gridName?: string;
  image?: string;
  hubImage?: string;
  sessions?: number | 'auto';
  headed?: boolean;
  capabilities?: Record<string, unknown> | string;
  chunkSize?: number | 'auto';
  perHost?: number;
  perDomain?: number;
  isolation?: 'wipe' | 'session' | 'context';
  lanesPerWorker?: number;
  durations?: string;
  retries?: number;
  infraRetries?: number;
  /** ms for one check */
  timeout?: number;
  /** ms for one attempt */
  siteTimeout?: number;
  /** ms for the run */
  globalTimeout?: number;
  bail?: boolean;
  maxFailures?: number;
  failOnFlaky?: boolean;
  forbidOnly?: boolean;
  resume?: string;
  lastFailed?: boolean;
  extension?: string;
  control?: string;
  controlAll?: boolean;
  failOnExtensionErrors?: boolean;
  baseline?: string;
  baselineNights?: number;
  expectations?: string;
  evidence?: 'all' | 'failures' | 'none';
  trace?: boolean;
  reporter?: string | string[];
  out?: string;
  /** A server that the run starts before it and ends after it. */
  webServer?: {
    command: string;
    /** Ready when it answers with a status below 500. */
    url: string;
    cwd?: string;
    env?: Record<string, string>;
    /** ms until it must be ready (60,000) */
    timeout?: number;
    reuseExistingServer?: boolean;
  };
}

/** Gives a config its type; changes nothing. */
export function defineConfig(config: Config): Config {
  return config;
}
