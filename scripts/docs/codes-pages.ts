import { ERROR_CODES, type CodeMeaning } from '../../src/core/error-codes.ts';
import { code, table } from './markdown.ts';

const ENTRIES: readonly (readonly [string, CodeMeaning])[] = Object.entries(ERROR_CODES);

/** Each family of codes as a person looks for it, in the order of the troubleshooting page. */
const FAMILIES: readonly (readonly [string, string])[] = [
  ['site', 'The site: `site.*`'],
  ['check', 'A check: `check.*`'],
  ['extension', 'The extension: `extension.*`'],
  ['browser', 'The browser: `browser.*`'],
  ['local', 'The Chrome of this machine: `local.*`'],
  ['session', 'The session: `session.*`'],
  ['grid', 'The grid: `grid.*`'],
  ['runner', 'gridrun itself: `runner.*`'],
  ['options', 'Flags and input: `options`, `input`, `interrupted`'],
  ['config', 'The config: `config.*`'],
  ['webserver', 'The config’s server: `webserver.*`'],
  ['sites', 'The site list: `sites.*`'],
  ['checks', 'Check files: `checks.*`'],
  ['selection', 'The selection: `selection.*`'],
  ['plan', 'The plan: `plan.*`'],
  ['out', 'The results folder: `out.*`'],
  ['run', 'The run: `run.*`'],
  ['journal', 'The journal: `journal.*`'],
  ['results', 'Earlier results: `results.*`'],
  ['resume', 'Going on: `resume.*`'],
  ['last-failed', '`--last-failed`: `last-failed.*`'],
  ['baseline', 'The baseline: `baseline.*`'],
  ['expectations', 'Known failures: `expectations.*`'],
  ['history', 'The history: `history.*`'],
  ['merge', 'Merging shards: `merge.*`'],
  ['reporter', 'Reporters: `reporter.*`'],
  ['report', 'The report: `report.*`'],
  ['init', '`gridrun init`: `init.*`'],
  ['doctor', '`gridrun doctor`: `doctor.*`'],
];

const NO_FAMILY: ReadonlySet<string> = new Set(['input', 'interrupted', 'options']);

function familyOf(errorCode: string): string {
  return NO_FAMILY.has(errorCode) ? 'options' : errorCode.split('.')[0]!;
}

/** The tables of docs/troubleshooting.md. Throws where a family has no heading. */
export function troubleBlock(): string {
  const strangers = ENTRIES.filter(([name]) => !FAMILIES.some(([family]) => family === familyOf(name)));
  if (strangers.length > 0) throw new Error(`no heading for ${strangers.map(([name]) => name).join(', ')}`);
  return FAMILIES.map(([family, title]) => {
    const rows = ENTRIES.filter(([name]) => familyOf(name) === family).map(([name, { blames, meaning, todo }]) => [
      code(name),
      blames,
      meaning,
      todo,
    ]);
    return `### ${title}\n\n${table(['code', 'whose', 'what it means', 'what to do'], rows)}`;
  }).join('\n\n');
}

/** What gridrun does about each answer, and the exit code that it leads to. */
const ANSWERS: Readonly<Record<CodeMeaning['answer'], readonly [string, string]>> = {
  refuse: ['refuses: nothing is started', '2'],
  retry: [
    'tries the site again, up to `--infra-retries`, on another node where there is one',
    '3 where no try is left',
  ],
  report: ['reports it against the site or the run', '1 where a check said no, else 3'],
  stop: ['stops, because a person asked for it', '130'],
  note: ['reports it once and goes on', '–'],
  bug: ['ends the run', '70'],
};

/** docs/reference/error-codes.md, without its first lines. */
export function codesPage(): string {
  const rows = ENTRIES.map(([name, { blames, answer }]) => [code(name), blames, code(answer)]);
  return [
    `# Error codes

A code is stable: its name and meaning do not change. It is the \`code\` of a fault in \`events.ndjson\` and \`results.json\`, the \`type\` of a failure or an error in \`junit.xml\`, and the last line of what a
refusal prints. What each means and what to do is in [troubleshooting](../troubleshooting.md); the one table of them in the sources is \`src/core/error-codes.ts\`.

Whose fault it is, as the verdict's \`cause\` has it: \`check\`, \`extension\`, \`site\`, \`browser\`, \`grid\` or \`runner\`; \`input\` is what gridrun was given.
`,
    table(
      ['answer', 'what gridrun does', 'exit code'],
      Object.entries(ANSWERS).map(([answer, cells]) => [code(answer), ...cells]),
    ),
    '',
    table(['code', 'whose', 'answer'], rows),
    '',
  ].join('\n');
}
