import { pipeline } from 'node:stream/promises';
import type { CommandModule } from 'yargs';
import { refuseSettings } from '../app/run/input.ts';
import { planRun, startRun } from '../app/run/run.ts';
import { loadConfig } from '../config/config-file.ts';
import { readSettings } from '../config/resolve-options.ts';
import type { RunOptions } from '../core/options.ts';
import { givenFlags, withRunFlags, wrongSwitches } from './flags.ts';
import { isReaderGone } from './output.ts';
import { planText } from './plan-text.ts';
import { stopOnSignals } from './stop-keys.ts';
import { wantsColor } from './terminal-color.ts';

/** Tells the process how the command ended. */
export type ExitWith = (code: number) => void;

/**
 * The default command: runs the suite on every site of the list.
 * @param args as the user wrote them
 */
export function runCommand(exitWith: ExitWith, args: readonly string[]): CommandModule {
  return {
    command: ['$0 [checks..]', 'run [checks..]'],
    describe: 'Run the checks on every site of the list',
    builder: (yargs) =>
      withRunFlags(yargs)
        .positional('checks', {
          type: 'string',
          array: true,
          describe: 'Globs of check files [checks/**/*.check.{ts,mts,js,mjs}, else the built-in check]',
        })
        .example('$0 --sites sites.json', 'every site, in the Chrome of this machine')
        .example(
          '$0 --sites top.csv --grid http://hub:4444 --shard 2/8',
          'the second of eight parts, on a Selenium Grid',
        )
        .epilogue(
          'Exit codes: 0 all passed · 1 a check failed · 2 wrong input, nothing started · 3 could not tell · 4 a report could not be written · 130 interrupted · 70 a bug in gridrun',
        ),
    handler: async (argv) => {
      const cwd = process.cwd();
      const config = await loadConfig(cwd, argv['config'] as string | undefined);
      const flags = { ...givenFlags(argv), ...wrongSwitches(args) };
      const { options, wrong } = readSettings({
        cwd,
        flags,
        configName: config.name,
        config: config.settings,
        env: process.env,
      });
      if (wrong !== undefined) await refuseSettings(wrong, options);
      exitWith(flags['list'] === true ? await print(options) : await run(options));
    },
  };
}

async function print(options: RunOptions): Promise<number> {
  const plan = await planRun(options);
  try {
    // Not ended with the text: it is the process's.
    await pipeline(planText(plan), process.stdout, { end: false });
  } catch (error) {
    // Who reads only the first lines (`| head`) has what they wanted.
    if (!isReaderGone(error as Error)) throw error;
  }
  return 0;
}

async function run(options: RunOptions): Promise<number> {
  const { stdout } = process;
  const handle = startRun(options, {
    terminal: { stream: stdout, isTTY: stdout.isTTY, columns: stdout.columns ?? 80, color: wantsColor() },
  });
  using _signals = stopOnSignals(handle, (text) => process.stderr.write(text));
  const summary = await handle.summary;
  return summary.exitCode;
}
