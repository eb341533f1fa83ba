import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { configKey, defaultText, type Setting } from '../../src/config/setting.ts';
import { GROUPS } from '../../src/config/settings.ts';
import { code, table } from './markdown.ts';

const GRIDRUN = new URL('../../src/cli/gridrun.ts', import.meta.url).href;

/** Every command with its own help. A test compares the list with the commands that exist. */
export const COMMANDS: readonly string[] = [
  'replay',
  'calibrate',
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
  'grid image',
];

/** docs/reference/flags.md, without its first lines. */
export async function flagsPage(): Promise<string> {
  const helps = await helpsOf(COMMANDS);
  return [
    '# Flags\n\nFlags override the [config](config.md), and the config overrides the defaults. A config key is the name of a flag in camel case.\n',
    '## A run: `gridrun [checks..] --sites <list>`\n',
    runFlags(),
    '\n`--config <file>` names the config to read. To turn a switch off, put `--no-` before its name.\n',
    ...COMMANDS.map((command, index) => `## gridrun ${command}\n\n\`\`\`text\n${helps[index]}\n\`\`\`\n`),
  ].join('\n');
}

/** What `gridrun <command> --help` prints without a terminal. One process prints the help of all commands. */
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
  const groups = GROUPS.flatMap(({ title, settings }) => {
    const rows = settings
      .filter(({ only }) => only !== 'config')
      .map((setting) => [flagText(setting), keyText(setting), setting.describe, defaultText(setting)]);
    if (rows.length === 0) return [];
    return [`### ${title}\n\n${table(['flag', 'in the config', 'what it does', 'default'], rows)}`];
  });
  return groups.join('\n\n');
}

function keyText({ flag, only }: Setting): string {
  return only === 'flag' ? '–' : code(configKey(flag));
}

function flagText({ flag, alias, value }: Setting): string {
  const names = alias === undefined ? `--${flag}` : `-${alias}, --${flag}`;
  return code(value === undefined ? names : `${names} <${value}>`);
}
