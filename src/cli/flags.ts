import type { Argv, Options } from 'yargs';
import { SETTINGS, configKey } from '../config/settings.ts';

/** What the command line said, by config key; what was not said is absent. */
export type Flags = Readonly<Record<string, unknown>>;

/** Words that yargs puts beside the flags. */
const NOT_FLAGS: ReadonlySet<string> = new Set(['_', '$0', 'checks', 'config', 'help', 'version', 'json']);

/** Declares every setting of a run as a flag. */
export function withRunFlags<T>(yargs: Argv<T>): Argv<T> {
  for (const setting of SETTINGS) {
    const isSwitch = !('value' in setting);
    const shown = isSwitch ? setting.describe : `<${setting.value}> ${setting.describe}`;
    const option: Options = {
      type: isSwitch ? 'boolean' : 'string',
      describe: `${shown} [${setting.byDefault}]`,
      group: `${setting.group}:`,
      ...('alias' in setting ? { alias: setting.alias } : {}),
      ...('list' in setting ? { array: false } : {}),
    };
    yargs.option(setting.flag, option);
  }
  return yargs.option('config', {
    type: 'string',
    describe: '<file> The config to read [gridrun.config.{ts,mjs,js,json}]',
    group: 'Results:',
  });
}

/** The flags that were given, by config key. One that gridrun does not know is kept: it is a mistake to be named with the others. */
export function givenFlags(argv: Readonly<Record<string, unknown>>): Flags {
  const aliases: ReadonlySet<string> = new Set(
    SETTINGS.flatMap((setting) => ('alias' in setting ? setting.alias : [])),
  );
  const entries = Object.entries(argv).filter(
    ([name, value]) => value !== undefined && !NOT_FLAGS.has(name) && !aliases.has(name),
  );
  const checks =
    Array.isArray(argv['checks']) && argv['checks'].length > 0 ? { checks: argv['checks'].map(String) } : {};
  return { ...Object.fromEntries(entries.map(([name, value]) => [configKey(name), value])), ...checks };
}

/** The switches that were given something which is neither true nor false, by config key: to yargs that is false, to the user a mistake. */
export function wrongSwitches(args: readonly string[]): Flags {
  const switches = SETTINGS.filter((setting) => !('value' in setting));
  return Object.fromEntries(
    switches.flatMap(({ flag }) => {
      const given = args.find((arg) => arg.startsWith(`--${flag}=`))?.slice(flag.length + '--='.length);
      return given === undefined || ['true', 'false'].includes(given) ? [] : [[configKey(flag), given]];
    }),
  );
}
