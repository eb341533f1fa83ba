import { loadConfig } from '../config/config-file.ts';
import { readSettings } from '../config/resolve-options.ts';
import { flagOf } from '../config/setting.ts';
import { refusal } from '../core/fault.ts';
import { optionalArgument, refuseRepeated, switchOption, type AddCommand, type ExitWith } from './command.ts';
import { givenFlags, withRunFlags, wrongSwitches } from './flags.ts';
import { stopOnSignals } from './stop-keys.ts';
import { wantsColor } from './terminal-color.ts';

/** What a calibration decides itself, or what would leave sites out of it. */
const NOT_FOR_CALIBRATION = ['control', 'controlAll', 'controlSample', 'list'] as const;

/**
 * `gridrun calibrate`: a run with the same build in both arms, which shows the list's own noise. It takes the flags of a run.
 * @param args as the user wrote them
 */
export function calibrateCommand(exitWith: ExitWith, args: readonly string[]): AddCommand {
  return (cli) =>
    cli.command({
      command: 'calibrate [checks..]',
      describe: "Run the same build in both arms to measure the list's own noise; takes the flags of a run",
      builder: (yargs) =>
        withRunFlags(yargs)
          .positional('checks', { ...optionalArgument('Globs of check files', 'as for a run'), array: true })
          .option('json', switchOption('Print the calibration as JSON instead'))
          .example(
            '$0 calibrate --sites top.json --extension ./dist',
            'measure the list once, before the first comparison',
          )
          .epilogue('Sites that fail do not fail it: exits 0 if every site was tried, 3 if not.'),
      handler: async (argv) => {
        refuseRepeated({ config: argv.config }, []);
        const { name: configName, settings } = await loadConfig(process.cwd(), argv.config);
        const { json: _json, ...given } = givenFlags(argv);
        const flags = { ...given, ...wrongSwitches(args) };
        refuseOwn(flags, flags['extension'] ?? settings['extension']);
        // The control is put in later: here it only says that there is one.
        const both = { ...flags, control: 'none', controlAll: true };
        const sources = { cwd: process.cwd(), flags: both, configName, config: settings, env: process.env };
        const { options, wrong } = readSettings(sources);
        if (wrong !== undefined) await (await import('../app/run/input.ts')).refuseSettings(wrong, options);
        const { startCalibration, finishCalibration } = await import('../app/calibrate.ts');
        const { stdout } = process;
        const screen = { isTTY: stdout.isTTY, columns: stdout.columns ?? 80, color: wantsColor() };
        const terminal = { stream: stdout, ...screen, hasOwnEnding: true };
        const run = startCalibration(options, argv.json === true ? undefined : terminal);
        using _signals = stopOnSignals(run, (text) => process.stderr.write(text));
        const { calibration, text, exitCode } = await finishCalibration(run);
        stdout.write(argv.json === true ? `${JSON.stringify(calibration, undefined, 2)}\n` : text);
        exitWith(exitCode);
      },
    });
}

function refuseOwn(flags: Readonly<Record<string, unknown>>, extension: unknown): void {
  const given = NOT_FOR_CALIBRATION.filter((key) => flags[key] !== undefined);
  if (given.length > 0)
    throw refusal(
      'options',
      `${given.map((key) => `--${flagOf(key)}`).join(' and ')} cannot be used with gridrun calibrate`,
      {
        hint: 'it puts the same build into both arms of every site',
      },
    );
  if (extension === undefined)
    throw refusal('options', 'gridrun calibrate has no build to compare with itself', {
      hint: 'pass one with --extension <dir|zip|crx>',
    });
}
