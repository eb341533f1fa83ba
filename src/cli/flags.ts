import type { Argv, Options } from 'yargs';
import { configKey, defaultText } from '../config/setting.ts';
import { FLAGS, GROUPS } from '../config/settings.ts';
import { refusal } from '../core/fault.ts';
import { optionText, valueOption } from './command.ts';

/** The flags on the command line by config key; a flag that was not given is absent. */
export type Flags = Readonly<Record<string, unknown>>;

/** Names that yargs returns beside the flags of a run. */
const NOT_FLAGS: ReadonlySet<string> = new Set(['_', '$0', 'checks', 'config', 'help', 'version']);

/** The commands that have settings of a run. yargs returns their name before other words. */
const COMMANDS: ReadonlySet<string> = new Set(['run', 'calibrate', 'replay']);

/**
 * Declares the settings of a run as flags.
 * @param has which ones; by default all
 */
export function withRunFlags<T>(
  yargs: Argv<T>,
  has: (flag: string) => boolean = () => true,
): Argv<T & { config: string | undefined }> {
  for (const { title, settings } of GROUPS) {
    for (const setting of settings.filter(({ only, flag }) => only !== 'config' && has(flag))) {
      const { flag, alias, value, describe } = setting;
      const option: Options = {
        type: value === undefined ? 'boolean' : 'string',
        describe: optionText(describe, { value, byDefault: defaultText(setting) }),
        group: `${title}:`,
        ...(alias === undefined ? {} : { alias }),
      };
      yargs.option(flag, option);
    }
  }
  return yargs.option('config', {
    ...valueOption('file', 'Config file to read', 'gridrun.config.{ts,mjs,js,json}'),
    group: 'Results:',
  });
}

/** The flags that were given, by config key. Unknown flags stay in it, so that they are reported with the other mistakes. */
export function givenFlags(argv: Readonly<Record<string, unknown>>): Flags {
  const aliases: ReadonlySet<string> = new Set(FLAGS.flatMap(({ alias }) => alias ?? []));
  const entries = Object.entries(argv).filter(
    ([name, value]) => value !== undefined && !NOT_FLAGS.has(name) && !aliases.has(name),
  );
  // A list as an argument, and one text as `--checks <glob>`. What follows `--` is an argument too.
  const words = [argv['_'] ?? []].flat().map(String);
  const checks = [[argv['checks'] ?? []], words.slice(COMMANDS.has(words[0] ?? '') ? 1 : 0)].flat(2).map(String);
  return {
    ...Object.fromEntries(entries.map(([name, value]) => [configKey(name), value])),
    ...(checks.length > 0 ? { checks } : {}),
  };
}

/** The switches with a value that is neither true nor false, by config key. yargs reads such a value as false. */
export function wrongSwitches(args: readonly string[]): Flags {
  const switches = FLAGS.filter(({ value }) => value === undefined);
  return Object.fromEntries(
    switches.flatMap(({ flag, alias }) => {
      const given = wrongValue(args, flag) ?? (alias === undefined ? undefined : wrongValue(args, alias));
      return given === undefined ? [] : [[configKey(flag), given]];
    }),
  );
}

/** Throws a refusal if a switch that is no setting has a value that is neither true nor false. */
export function refuseWrongSwitch(args: readonly string[], flag: string): void {
  const given = wrongValue(args, flag);
  if (given !== undefined) throw refusal('options', `--${flag} must be true or false, not ${JSON.stringify(given)}`);
}

/** @param name a flag, or its one letter */
function wrongValue(args: readonly string[], name: string): string | undefined {
  const start = name.length === 1 ? `-${name}=` : `--${name}=`;
  const given = args.find((arg) => arg.startsWith(start))?.slice(start.length);
  return given === undefined || ['true', 'false'].includes(given) ? undefined : given;
}
