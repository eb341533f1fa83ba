import { configKey, type Setting } from '../../src/config/setting.ts';
import { GROUPS, TABLE } from '../../src/config/settings.ts';
import { defaultCode } from './config-type.ts';
import { code, table } from './markdown.ts';

/** docs/reference/config.md, without its first lines. */
export function configPage(): string {
  const groups = GROUPS.map(({ title, settings }) => {
    const rows = settings.filter(({ only }) => only !== 'flag').map(keyRow);
    return `## ${title}\n\n${table(['key', 'type', 'what it does', 'default'], rows)}\n`;
  });
  return [
    `# Config

gridrun reads \`gridrun.config.ts\`, \`.mjs\`, \`.js\` or \`.json\` from the folder where you run it. If there are several, it
reads the first in this order. \`--config <file>\` names another file. The file exports one object:

\`\`\`ts
import { defineConfig } from 'gridrun';

export default defineConfig({ sites: 'sites.json', sessions: 8, retries: 1 });
\`\`\`

Each key is the name of a [flag](flags.md) in camel case. Flags override the config. Paths are relative to the folder where you
run gridrun.
`,
    ...groups,
    `## webServer\n\n${TABLE.webServer.describe}.\n\n${table(['key', 'type', 'what it does', 'default'], fieldRows(TABLE.webServer))}\n`,
  ].join('\n');
}

function keyRow(setting: Setting): string[] {
  const { flag, kind, fields, describe } = setting;
  const type = fields === undefined ? code(kind.type) : `[object](#${flag.replace('-', '')})`;
  return [code(configKey(flag)), type, describe, defaultCode(setting)];
}

function fieldRows({ fields = [] }: Setting): string[][] {
  return fields.map(({ key, type, describe, default: byDefault }) => [
    code(key),
    code(type),
    describe,
    byDefault ?? 'required',
  ]);
}
