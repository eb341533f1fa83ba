import { pipeline } from 'node:stream/promises';
import { loadConfig } from '../config/config-file.ts';
import { readSettings } from '../config/resolve-options.ts';
import type { RunOptions } from '../core/options.ts';
import { EXIT_CODES } from '../core/outcome.ts';
import { optionalArgument, refuseRepeated, type AddCommand, type ExitWith } from './command.ts';
import { givenFlags, withRunFlags, wrongSwitches } from './flags.ts';
import { isReaderGone } from './output.ts';
import { planText } from './plan-text.ts';
import { stopOnSignals } from './stop-keys.ts';
import { wantsColor } from './terminal-color.ts';

/**
 * The default command: runs the suite on every site of the list. It accepts unknown flags, and then reports them with
 * all other mistakes.
 * @param args as the user wrote them
 */
export function runCommand(exitWith: ExitWith, args: readonly string[]): AddCommand {
  return (cli) =>
    cli.command({
      command: ['$0 [checks..]', 'run [checks..]'],
      describe: 'Run the checks on every site of the list',
      builder: (yargs) =>
        withRunFlags(yargs)
          .positional('checks', {
            ...optionalArgument('Globs of check files', 'checks/**/*.check.{ts,mts,js,mjs}, else the built-in check'),
            array: true,
          })
          .example('$0 --sites sites.json', 'run every site in the Chrome of this machine')
          .example('$0 --sites top.csv --grid $GRID_URL --shard 2/8', 'run part 2 of 8 on a Selenium Grid')
          .epilogue(exitCodesText()),
      handler: async (argv) => {
        refuseRepeated({ config: argv.config }, []);
        const cwd = process.cwd();
        const { name: configName, settings } = await loadConfig(cwd, argv.config);
        const flags = { ...givenFlags(argv), ...wrongSwitches(args) };
        const { options, wrong } = readSettings({ cwd, flags, configName, config: settings, env: process.env });
        if (wrong !== undefined) await (await import('../app/run/input.ts')).refuseSettings(wrong, options);
        exitWith(flags['list'] === true ? await print(options) : await run(options));
      },
    });
}

function exitCodesText(): string {
  const codes = EXIT_CODES.toSorted((a, b) => a.code - b.code);
  return `[…] is the default.\n\nExit codes: ${codes.map(({ code, text }) => `${code} ${text}`).join(' · ')}`;
}

async function print(options: RunOptions): Promise<number> {
  const { planRun } = await import('../app/run/run.ts');
  const plan = await planRun(options);
  try {
    // Standard output belongs to the process, so it stays open.
    await pipeline(planText(plan), process.stdout, { end: false });
  } catch (error) {
    // A reader of the first lines (`| head`) has what it wanted.
    if (!isReaderGone(error as Error)) throw error;
  }
  return 0;
}

async function run(options: RunOptions): Promise<number> {
  const { startRun } = await import('../app/run/run.ts');
  const { stdout } = process;
  const handle = startRun(options, {
    terminal: { stream: stdout, isTTY: stdout.isTTY, columns: stdout.columns ?? 80, color: wantsColor() },
  });
  using _signals = stopOnSignals(handle, (text) => process.stderr.write(text));
  const summary = await handle.summary;
  return summary.exitCode;
}
