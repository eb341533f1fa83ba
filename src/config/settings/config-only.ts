import { WEB_SERVER, WEB_SERVER_TIMEOUT_MS, texts } from '../kinds.ts';
import { setting } from '../setting.ts';

/** The keys that only a config has. */
export const CONFIG_ONLY = {
  checks: setting({
    flag: 'checks',
    kind: texts('globs of check files'),
    describe: 'Globs of check files; on the command line they are the arguments without a flag',
    default: [],
    defaultText: 'checks/**/*.check.{ts,mts,js,mjs}, else the built-in check',
    only: 'config',
  }),
  setup: setting({
    flag: 'setup',
    kind: texts('modules with mochaHooks or mochaGlobalSetup'),
    describe: 'Modules whose mochaHooks and mochaGlobalSetup run around all checks',
    default: [],
    defaultText: 'none',
    only: 'config',
  }),
  webServer: setting({
    flag: 'web-server',
    kind: WEB_SERVER,
    describe: 'A server to start before the run and to end after it',
    default: undefined,
    only: 'config',
    fields: [
      { key: 'command', type: 'string', describe: 'The shell command that starts the server' },
      { key: 'url', type: 'string', describe: 'The server is ready when this URL answers with a status below 500' },
      { key: 'cwd', type: 'string', describe: 'The folder to start the server in', default: 'the folder of the run' },
      { key: 'env', type: 'Record<string, string>', describe: 'Environment variables to add', default: 'none' },
      {
        key: 'timeout',
        type: 'number',
        describe: 'Time limit for the server to be ready, in ms',
        default: String(WEB_SERVER_TIMEOUT_MS),
      },
      {
        key: 'reuseExistingServer',
        type: 'boolean',
        describe: 'Use a server that already answers at `url` instead of refusing the run',
        default: 'false',
      },
    ],
  }),
} as const;
