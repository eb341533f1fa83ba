import { configKey, defaultText, type Setting, type SettingField } from '../../src/config/setting.ts';
import { GROUPS, type SettingGroup } from '../../src/config/settings.ts';

/** The width of a comment with its indent. */
const WIDTH = 118;

/** The files of src/config/keys/ by path: a type for each group of settings, as an editor shows it on hover. */
export const CONFIG_KEYS: Readonly<Record<string, () => string>> = Object.fromEntries(
  GROUPS.map((group) => [`src/config/keys/${group.name}.ts`, () => groupType(group)]),
);

function groupType({ name, title, settings }: SettingGroup): string {
  const keys = settings.filter(({ only }) => only !== 'flag').map(keyText);
  return `// Made by npm run docs from ../settings/${name}.ts: change that, not this file.

/** The keys of a config: ${title.toLowerCase()}. */
export interface ${configKey(`-${name}`)}Keys {
${keys.join('\n')}}
`;
}

function keyText(setting: Setting): string {
  const { flag, kind, describe, only, value, fields } = setting;
  const flagText = only === 'config' ? [] : [`Flag: \`--${flag}${value === undefined ? '' : ` <${value}>`}\``];
  const doc = comment('  ', [`${describe}.`, ...flagText], defaultCode(setting));
  const type = fields === undefined ? kind.type : `{\n${fields.map(fieldText).join('')}  }`;
  return `${doc}  ${configKey(flag)}?: ${type};\n`;
}

function fieldText({ key, type, describe, default: byDefault }: SettingField): string {
  return `${comment('    ', [`${describe}.`], byDefault)}    ${key}${byDefault === undefined ? '' : '?'}: ${type};\n`;
}

/** A default as TypeScript writes it; one that is not a plain value, as text. */
export function defaultCode(setting: Setting): string {
  const { default: value, defaultText: text } = setting;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return text === undefined ? String(value) : `${value} (${text})`;
  return defaultText(setting);
}

function comment(indent: string, paragraphs: readonly string[], byDefault: string | undefined): string {
  const safe = (line: string): string => line.replaceAll('*/', '*\\/');
  const lines = paragraphs.flatMap((paragraph, index) => [
    ...(index === 0 ? [] : ['']),
    ...wrapped(safe(paragraph), WIDTH - indent.length),
  ]);
  const all = byDefault === undefined ? lines : [...lines, `@default ${safe(byDefault)}`];
  if (all.length === 1) return `${indent}/** ${all[0]} */\n`;
  return `${indent}/**\n${all.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}

function wrapped(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + 1 + word.length > width
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}
