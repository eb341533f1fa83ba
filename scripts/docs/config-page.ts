import { readFileSync } from 'node:fs';
import { CONFIG_ONLY, SETTINGS, configKey, type Setting } from '../../src/config/settings.ts';
import { code, table } from './markdown.ts';
import { typesOf, type Field } from './type-source.ts';

const SOURCE = new URL('../../src/config/define-config.ts', import.meta.url).pathname;

/** Flags that make no sense in a file. */
const ONLY_FLAGS: ReadonlySet<string> = new Set(['list']);

/** docs/reference/config.md, without its first lines. Throws where the type of a config and the settings do not have the same keys. */
export function configPage(): string {
  const fields = new Map(
    (typesOf(SOURCE, readFileSync(SOURCE, 'utf8')).find(({ name }) => name === 'Config')?.fields ?? []).map((field) => [
      field.name,
      field,
    ]),
  );
  const settings = (SETTINGS as readonly Setting[]).filter(({ flag }) => !ONLY_FLAGS.has(flag));
  const known = [...settings.map(({ flag }) => configKey(flag)), ...Object.keys(CONFIG_ONLY)];
  const strangers = [
    ...known.filter((key) => !fields.has(key)),
    ...[...fields.keys()].filter((key) => !known.includes(key)),
  ];
  if (strangers.length > 0) throw new Error(`in only one of Config and the settings: ${strangers.join(', ')}`);
  const typeOf = (key: string): string => code(fields.get(key)?.type ?? '');
  const groups = [...new Set(settings.map(({ group }) => group))].map((group) => {
    const rows = settings
      .filter((setting) => setting.group === group)
      .map(({ flag, describe, byDefault }) => [code(configKey(flag)), typeOf(configKey(flag)), describe, byDefault]);
    return `## ${group}\n\n${table(['key', 'type', 'what it does', 'default'], rows)}\n`;
  });
  const own = Object.entries(CONFIG_ONLY)
    .filter(([key]) => key !== 'webServer')
    .map(([key, { wants }]) => [code(key), typeOf(key), wants]);
  return [
    `# Config

The first there is of \`gridrun.config.ts\`, \`.mjs\`, \`.js\` and \`.json\` in the folder where gridrun is called; \`--config <file>\` names another. It exports one object:

\`\`\`ts
import { defineConfig } from 'gridrun';

export default defineConfig({ sites: 'sites.json', sessions: 8, retries: 1 });
\`\`\`

A key is a flag's word in camel case; a [flag](flags.md) goes before it. Paths are relative to the folder where gridrun is called.
`,
    ...groups,
    `## Only in the config\n\n${table(['key', 'type', 'what it holds'], own)}\n`,
    `## webServer\n\nA server that the run starts before it and ends after it.\n\n${table(['key', 'type', 'meaning'], webServerRows(fields.get('webServer')))}\n`,
  ].join('\n');
}

const SELF_EVIDENT: Readonly<Record<string, string>> = {
  command: 'what starts it, in a shell',
  cwd: 'the folder to start it in',
  env: 'environment variables to add',
  reuseExistingServer: 'take what answers at `url` already, instead of refusing the run (false)',
};

function webServerRows(field: Field | undefined): string[][] {
  return (field?.fields ?? []).map(({ name, type, doc, optional }) => [
    `${code(name)}${optional ? '' : ' (needed)'}`,
    code(type),
    doc === '' ? (SELF_EVIDENT[name] ?? '') : doc,
  ]);
}
