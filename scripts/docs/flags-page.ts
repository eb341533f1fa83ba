import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SETTINGS, configKey, type Setting } from '../../src/config/settings.ts';
import { code, table } from './markdown.ts';

const GRIDRUN = new URL('../../src/cli/gridrun.ts', import.meta.url).href;

/** Every command that has a help of its own; a test holds it against the commands that there are. */
export const COMMANDS: readonly string[] = [
  'merge-reports',
  'show-report',
  'compare',
  'history',
  'expectations',
  'doctor',
  'init',
  'grid up',
  'grid down',
  'grid status',
  'grid scale',
  'grid logs',
  'grid join',
];

/** docs/reference/flags.md, without its first lines. */
export async function flagsPage(): Promise<string> {
  const helps = await helpsOf(COMMANDS);
  return [
    '# Flags\n\nFlags go before the config, the config before the defaults. A flag in the config is the same word in camel case ([config](config.md)).\n',
    '## A run: `gridrun [checks..] --sites <list>`\n',
    runFlags(),
    '\n`--config <file>` names the config to read. A switch is turned off by `--no-` before its name.\n',
    ...COMMANDS.map((command, index) => `## gridrun ${command}\n\n\`\`\`text\n${helps[index]}\n\`\`\`\n`),
  ].join('\n');
}

/** What `gridrun <command> --help` prints, as wide as it is where there is no terminal. One process prints them all. */
async function helpsOf(commands: readonly string[]): Promise<string[]> {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const program = `const { gridrun } = await import(${JSON.stringify(GRIDRUN)});
    for (const command of ${JSON.stringify(commands)}) { await gridrun([...command.split(' '), '--help']); process.stdout.write('\\0'); }`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=gridrun-source', '--input-type=module', '--eval', program],
    { env },
  );
  return stdout
    .split('\0')
    .slice(0, -1)
    .map((help) => help.trim());
}

/** A table for each group of flags, in the order of `--help`. */
function runFlags(): string {
  const settings: readonly Setting[] = SETTINGS;
  const groups = [...new Set(settings.map(({ group }) => group))].map((group) => {
    const rows = settings
      .filter((setting) => setting.group === group)
      .map((setting) => [flagText(setting), code(configKey(setting.flag)), setting.describe, setting.byDefault]);
    return `### ${group}\n\n${table(['flag', 'in the config', 'what it does', 'default'], rows)}`;
  });
  return groups.join('\n\n');
}

function flagText({ flag, alias, value }: Setting): string {
  const names = alias === undefined ? `--${flag}` : `-${alias}, --${flag}`;
  return code(value === undefined ? names : `${names} <${value}>`);
}
