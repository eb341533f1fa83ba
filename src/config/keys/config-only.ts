// Made by npm run docs from ../settings/config-only.ts: change that, not this file.

/** The keys of a config: only in the config. */
export interface ConfigOnlyKeys {
  /**
   * Globs of check files; on the command line they are the arguments without a flag.
   * @default checks/**\/*.check.{ts,mts,js,mjs}, else the built-in check
   */
  checks?: string | string[];

  /**
   * Modules whose mochaHooks and mochaGlobalSetup run around all checks.
   * @default none
   */
  setup?: string | string[];

  /**
   * A server to start before the run and to end after it.
   * @default none
   */
  webServer?: {
    /** The shell command that starts the server. */
    command: string;
    /** The server is ready when this URL answers with a status below 500. */
    url: string;
    /**
     * The folder to start the server in.
     * @default the folder of the run
     */
    cwd?: string;
    /**
     * Environment variables to add.
     * @default none
     */
    env?: Record<string, string>;
    /**
     * Time limit for the server to be ready, in ms.
     * @default 60000
     */
    timeout?: number;
    /**
     * Use a server that already answers at `url` instead of refusing the run.
     * @default false
     */
    reuseExistingServer?: boolean;
  };
}
