import type { Config } from './config.ts';

/**
 * Returns the config unchanged. It only gives the config its type, so that an editor completes and explains each key.
 * @example
 * // gridrun.config.ts
 * import { defineConfig } from 'gridrun';
 *
 * export default defineConfig({ sites: 'sites.json', sessions: 8, retries: 1 });
 */
export function defineConfig(config: Config): Config {
  return config;
}
