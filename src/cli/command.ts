import type { ArgumentsCamelCase, Argv } from 'yargs';
import { TABLE } from '../config/settings.ts';
import { refusal } from '../core/fault.ts';

/** Sets the exit code of the process. */
export type ExitWith = (code: number) => void;

/** The default of `--out`, and of every folder that a command reads results from. */
export const DEFAULT_OUT = TABLE.out.default;

interface Command<Args> {
  readonly command: string;
  readonly describe: string;
  readonly builder: (yargs: Argv) => Argv<Args>;
  /** The options and arguments that may be given several times. */
  readonly arrays?: readonly string[];
  readonly handler: (argv: ArgumentsCamelCase<Args>) => void | Promise<void>;
}

/** Adds a command to a command line. */
export type AddCommand = (cli: Argv) => Argv;

/** A command whose handler gets the types that its builder declares. It refuses unknown flags. */
export function strictCommand<Args>({ builder, handler, arrays = [], ...command }: Command<Args>): AddCommand {
  return (cli) =>
    cli.command<Args>({
      ...command,
      builder: (yargs) => builder(yargs).strictOptions(),
      handler: (argv) => {
        refuseRepeated(argv, arrays);
        refuseEmpty(argv, command.command);
        refuseWords(argv._, command.command);
        return handler(argv);
      },
    });
}

/** Refuses empty values: a shell makes them of variables that are not set, and an empty path is the present folder. */
function refuseEmpty(argv: object, command: string): void {
  const isArgument = (name: string): boolean => new RegExp(`[<[]${name}[.\\]>]`).test(command);
  const empty = Object.entries(argv).flatMap(([name, value]) => {
    const isEmpty = value === '' || (Array.isArray(value) && value.includes(''));
    // yargs has each option with a dash in a second spelling too.
    return isEmpty && !/[A-Z]/.test(name) ? [isArgument(name) ? `<${name}>` : `--${name}`] : [];
  });
  if (empty.length > 0) throw refusal('options', `${empty.join(' and ')} must not be empty`);
}

/** Refuses words that a command does not take. yargs ignores them: `grid down other` would remove the default grid. */
function refuseWords(words: readonly (string | number)[], command: string): void {
  const [name = ''] = command.split(' ');
  const known = words.slice(0, words.indexOf(name) + 1);
  const extra = words.slice(known.length).map((word) => `'${word}'`);
  if (extra.length === 0) return;
  throw refusal('options', `gridrun ${known.join(' ')} does not take ${extra.join(', ')}`, {
    hint: known[0] === 'grid' ? 'to name a grid, pass --name <name>' : 'add --help to see what the command takes',
  });
}

/**
 * Refuses a flag that is given twice: yargs makes an array of it, whatever its type.
 * @param arrays the names that may be given several times
 * @throws GridrunError that names the flags
 */
export function refuseRepeated(argv: object, arrays: readonly string[]): void {
  const repeated = Object.entries(argv).flatMap(([name, value]) =>
    Array.isArray(value) && name !== '_' && !arrays.includes(name) ? [`--${name}`] : [],
  );
  if (repeated.length > 0) throw refusal('options', `${repeated.join(' and ')} can be passed only once`);
}

/** What a value option takes and has by default, for its line in the help. */
export interface OptionText {
  /** Absent for a switch and for a positional argument. */
  readonly value?: string | undefined;
  readonly byDefault?: string | undefined;
}

/** The line of an option in the help: `<file> What it does [default]`. */
export function optionText(describe: string, { value, byDefault }: OptionText): string {
  const before = value === undefined ? '' : `<${value}> `;
  return `${before}${describe}${byDefault === undefined ? '' : ` [${byDefault}]`}`;
}

/** Declares an option that takes a value. yargs is not told the default: it would print it in its own way. */
export function valueOption(value: string, describe: string, byDefault?: string): { type: 'string'; describe: string } {
  return { type: 'string', describe: optionText(describe, { value, byDefault }) };
}

/** Declares an option that must be given. */
export function requiredOption(
  value: string,
  describe: string,
): { type: 'string'; describe: string; demandOption: true } {
  return { ...valueOption(value, describe, 'required'), demandOption: true };
}

/** Declares an option without a value, which is off by default. */
export function switchOption(describe: string): { type: 'boolean'; describe: string } {
  return { type: 'boolean', describe: optionText(describe, { byDefault: 'off' }) };
}

/** Declares an argument without a flag that must be given. */
export function requiredArgument(describe: string): { type: 'string'; describe: string; demandOption: true } {
  return { type: 'string', describe: optionText(describe, { byDefault: 'required' }), demandOption: true };
}

/** Declares an argument without a flag that may be left out. */
export function optionalArgument(describe: string, byDefault?: string): { type: 'string'; describe: string } {
  return { type: 'string', describe: optionText(describe, { byDefault }) };
}

/**
 * Reads a whole number from 0.
 * @param what the flag or argument, for the message
 * @throws GridrunError if it is not a whole number
 */
export function wholeNumber(what: string, given: string): number {
  if (/^\d+$/.test(given)) return Number(given);
  throw refusal('options', `${what} must be a whole number, not ${JSON.stringify(given)}`);
}
