import { CONFIG_ONLY, SETTINGS, configKey, type Setting } from '../src/config/settings.ts';
import { NO_COUNTS, exitOf, type RunOutcome } from '../src/core/outcome.ts';

/** What README.md says of the code, made from the code, by the name of its block. */
export const README_BLOCKS: Readonly<Record<string, () => string>> = { flags: flagsBlock, exits: exitsBlock };

/** The README with its blocks made anew. Throws where one of them is not in it. */
export function withBlocks(readme: string): string {
  return Object.entries(README_BLOCKS).reduce((text, [name, block]) => {
    const [start, end] = [`<!-- ${name}: made by npm run readme -->\n`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md has no block ${name}: it wants the lines ${start.trim()} and ${end}`);
    return `${text.slice(0, from + start.length)}${block()}\n${text.slice(to)}`;
  }, readme);
}

/** A table for each group of flags, in the order of `--help`, and one for what only a config has. */
function flagsBlock(): string {
  const settings: readonly Setting[] = SETTINGS;
  const groups = [...new Set(settings.map((setting) => setting.group))].map((group) => {
    const rows = settings.filter((setting) => setting.group === group).map((setting) => row([flagText(setting), code(configKey(setting.flag)), setting.describe, setting.byDefault]));
    return [`**${group}**\n`, row(['flag', 'in the config', 'what it does', 'default']), '| --- | --- | --- | --- |', ...rows].join('\n');
  });
  const own = Object.entries(CONFIG_ONLY).map(([key, { wants }]) => row([code(key), wants]));
  return [...groups, ['**Only in the config**\n', row(['key', 'what it holds']), '| --- | --- |', ...own].join('\n')].join('\n\n');
}

function flagText({ flag, alias, value }: Setting): string {
  const names = alias === undefined ? `--${flag}` : `-${alias}, --${flag}`;
  return code(value === undefined ? names : `${names} <${value}>`);
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const NOTHING: RunOutcome = { counts: NO_COUNTS, interrupted: false, refused: false, reportFailed: false, bug: false, failOnFlaky: false };

/** An outcome for each exit code there is, in the order in which they win. */
const OUTCOMES: readonly RunOutcome[] = [
  { ...NOTHING, bug: true },
  { ...NOTHING, refused: true },
  { ...NOTHING, interrupted: true },
  { ...NOTHING, reportFailed: true },
  { ...NOTHING, counts: { ...NO_COUNTS, failed: 1 } },
  { ...NOTHING, counts: { ...NO_COUNTS, errored: 1 } },
];

function exitsBlock(): string {
  const rows = OUTCOMES.map((outcome) => {
    const { code: exitCode, reasons } = exitOf(outcome);
    return row([String(exitCode), reasons.join(', ')]);
  });
  return [row(['code', 'meaning']), '| --- | --- |', ...rows, row(['0', 'everything passed'])].join('\n');
}
