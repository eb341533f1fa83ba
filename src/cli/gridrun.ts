import yargs, { type Argv } from 'yargs';
import { traceIfAsked } from '../app/protocol-trace.ts';
import { countOf } from '../core/count-of.ts';
import { version } from '../version.ts';
import { calibrateCommand } from './calibrate-command.ts';
import type { ExitWith } from './command.ts';
import { doctorCommand } from './doctor-command.ts';
import { gridCommand } from './grid-command.ts';
import { initCommand } from './init-command.ts';
import { mergeCommand } from './merge-command.ts';
import { errorText, exitCodeOf } from './mistakes.ts';
import { pastCommands } from './past-commands.ts';
import { replayCommand } from './replay-command.ts';
import { runCommand } from './run-command.ts';
import { showReportCommand } from './show-report-command.ts';

const USAGE = `$0 [checks..] --sites <list>

Runs one suite of mocha checks on every site of a list, in many real Chrome sessions at once, and writes one JUnit report. Start with: gridrun init`;

const MAX_HELP_WIDTH = 110;

/**
 * The command `gridrun`. It never throws: it prints an error to stderr.
 * @param args without the names of Node and of the script
 * @returns the exit code
 */
export async function gridrun(args: readonly string[]): Promise<number> {
  traceIfAsked(process.env, (line) => process.stderr.write(line));
  let exitCode = 0;
  const exitWith = (code: number): void => {
    exitCode = code;
  };
  const cli = commandLine(exitWith, args);
  try {
    // With this callback yargs prints nothing itself: its output is the help or the version.
    await cli.parseAsync(withLoneDashes(args), {}, (_error, _argv, output) => {
      if (output !== '') process.stdout.write(`${withoutTypes(output)}\n`);
    });
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`gridrun: ${error.message}\nadd --help to see the flags of the command\n`);
      return 2;
    }
    process.stderr.write(errorText(error));
    return exitCodeOf(error);
  }
  return exitCode;
}

/** The command line with every command. It throws what goes wrong and never ends the process. */
function commandLine(exitWith: ExitWith, args: readonly string[]): Argv {
  const commands = [
    runCommand(exitWith, args),
    initCommand(exitWith),
    doctorCommand(exitWith),
    gridCommand(exitWith),
    mergeCommand(exitWith),
    replayCommand(exitWith, args),
    calibrateCommand(exitWith, args),
    showReportCommand(),
    ...pastCommands(exitWith),
  ];
  return (
    commands
      .reduce((all, add) => add(all), yargs())
      .scriptName('gridrun')
      // Otherwise yargs would speak the user's language between our English lines.
      .locale('en')
      .parserConfiguration({
        'camel-case-expansion': false,
        'strip-aliased': true,
        'parse-numbers': false,
        'parse-positional-numbers': false,
      })
      .usage(USAGE)
      .version(version())
      .alias({ help: 'h' })
      .wrap(Math.min(MAX_HELP_WIDTH, process.stdout.columns ?? MAX_HELP_WIDTH))
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new UsageError(inOurWords(message));
      })
  );
}

/** `--sites -` → `--sites=-`: yargs does not take a lone dash as a value; to gridrun it is standard input. */
function withLoneDashes(args: readonly string[]): string[] {
  return args.reduce<string[]>((all, arg) => {
    const before = all.at(-1);
    return arg === '-' && before?.startsWith('--') && !before.includes('=')
      ? [...all.slice(0, -1), `${before}=-`]
      : [...all, arg];
  }, []);
}

const YARGS_NOTES = String.raw`\[(?:string|boolean|array|number|count)\](?: \[(?:required|default: [^\]]*\]?|choices: [^\]]*)\])*`;
const NOTES_ALONE = new RegExp(String.raw`\n +${YARGS_NOTES}(?=\n|$)`, 'g');
const NOTES_AT_END = new RegExp(String.raw` *${YARGS_NOTES}(?=\n|$)`, 'g');

/** The help without the notes of yargs (`[string] [required]`): our descriptions hold the type and the default. */
function withoutTypes(help: string): string {
  return help.replace(NOTES_ALONE, '').replace(NOTES_AT_END, '');
}

class UsageError extends Error {}

/** What yargs says of missing arguments and options, as we would say it. */
function inOurWords(message: string): string {
  const options = /^Missing required arguments?: (.*)$/.exec(message)?.[1]?.split(', ');
  if (options !== undefined) return `${options.map((name) => `--${name}`).join(' and ')} must be passed`;
  const [, got, least] = /^Not enough non-option arguments: got (\d+), need at least (\d+)$/.exec(message) ?? [];
  if (got === undefined || least === undefined) return message;
  return `the command needs ${countOf(Number(least) - Number(got), 'more argument')}`;
}
