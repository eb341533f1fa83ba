import yargs, { type Argv, type CommandModule } from 'yargs';
import { version } from '../version.ts';
import { doctorCommand } from './doctor-command.ts';
import { gridCommand } from './grid-command.ts';
import { withoutTypes } from './help-text.ts';
import { initCommand } from './init-command.ts';
import { mergeCommand } from './merge-command.ts';
import { errorText, exitCodeOf } from './mistakes.ts';
import { pastCommands } from './past-commands.ts';
import { runCommand } from './run-command.ts';
import { showReportCommand } from './show-report-command.ts';

/**
 * The command `gridrun`. Never throws: what goes wrong is told on stderr, and is in the exit code that it resolves to.
 * @param args without the names of Node and of the script
 */
export async function gridrun(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const exitWith = (code: number): void => {
    exitCode = code;
  };
  const cli = yargs()
    .scriptName('gridrun')
    // yargs would speak the user's language between our English lines.
    .locale('en')
    .parserConfiguration({
      'camel-case-expansion': false,
      'strip-aliased': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .usage(
      '$0 [checks..] --sites <list>\n\nRuns one suite of mocha checks on every site of a list, on many real Chrome sessions at once, and gives one JUnit back.',
    )
    .command(runCommand(exitWith, args))
    .command(strict(gridCommand(exitWith)))
    .command(strict(mergeCommand(exitWith)))
    .command(strict(initCommand(exitWith)))
    .command(strict(doctorCommand(exitWith)))
    .command(pastCommands(exitWith).map(strict))
    .command(strict(showReportCommand()))
    .version(version())
    .alias({ help: 'h' })
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    });
  try {
    // With a listener yargs prints nothing itself: what it has to say is help, or the version.
    await cli.parseAsync(withLoneDashes(args), {}, (_error, _argv, output) => {
      if (output !== '') process.stdout.write(`${withoutTypes(output)}\n`);
    });
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`gridrun: ${error.message}\ngridrun --help lists every flag\n`);
      return 2;
    }
    process.stderr.write(errorText(error));
    return exitCodeOf(error);
  }
  return exitCode;
}

/** Refuses flags that the command does not have; a run names them itself, with all else that is wrong. */
function strict(command: CommandModule): CommandModule {
  const { builder } = command;
  const build = builder as (cli: Argv) => Argv;
  return { ...command, builder: (cli) => build(cli).strictOptions() };
}

/** `--sites -`: to yargs a lone dash is no value, to everyone else it is standard input. */
function withLoneDashes(args: readonly string[]): string[] {
  return args.reduce<string[]>((all, arg) => {
    const before = all.at(-1);
    return arg === '-' && before?.startsWith('--') && !before.includes('=')
      ? [...all.slice(0, -1), `${before}=-`]
      : [...all, arg];
  }, []);
}

class UsageError extends Error {}
