import { ERROR_CODES, type CodeMeaning } from '../../src/core/error-codes.ts';
import { code, table } from './markdown.ts';

const ENTRIES: readonly (readonly [string, CodeMeaning])[] = Object.entries(ERROR_CODES).toSorted(([a], [b]) =>
  a < b ? -1 : 1,
);

/** The heading of each family of codes, in the order of the troubleshooting page. */
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
  ['evidence', 'Evidence: `evidence.*`'],
  ['recording', 'Recordings: `recording.*`'],
  ['replay', 'Replays: `replay.*`'],
  ['out', 'The results folder: `out.*`'],
  ['run', 'The run: `run.*`'],
  ['journal', 'The journal: `journal.*`'],
  ['results', 'Earlier results: `results.*`'],
  ['resume', 'Resuming a run: `resume.*`'],
  ['last-failed', '`--last-failed`: `last-failed.*`'],
  ['baseline', 'The baseline: `baseline.*`'],
  ['compare', '`gridrun compare`: `compare.*`'],
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

/** The tables of docs/troubleshooting.md. Throws if a family has no heading. */
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
    return `### ${title}\n\n${table(['code', 'blames', 'what it means', 'what to do'], rows)}`;
  }).join('\n\n');
}

/** What each answer means, and the exit code that it leads to. */
const ANSWERS: Readonly<Record<CodeMeaning['answer'], readonly [string, string]>> = {
  refuse: ['Refuses to start.', '2'],
  retry: ['Retries the site up to `--infra-retries` times, on another node if there is one.', '3 if no retry is left'],
  report: ['Reports it for the site or the run.', '1 if a check failed, else 3'],
  stop: ['Stops, because the user asked for it.', '130'],
  note: ['Reports it once and continues.', '–'],
  bug: ['Ends the run.', '70'],
};

/** docs/reference/error-codes.md, without its first lines. */
export function codesPage(): string {
  const rows = ENTRIES.map(([name, { blames, answer }]) => [code(name), blames, code(answer)]);
  return [
    `# Error codes

[Troubleshooting](../troubleshooting.md#every-code) says what each code means and what to do about it. This page says what
gridrun does.

A code never changes its name or meaning. You find it as the \`code\` of a fault in \`events.ndjson\` and \`results.json\`, as
the \`type\` of a failure or an error in \`junit.xml\`, and in the last line that gridrun prints when it refuses to start. In the
sources, all codes are in \`src/core/error-codes/\`.

The column \`blames\` has the same values as a verdict's \`cause\`: \`check\`, \`extension\`, \`site\`, \`browser\`, \`grid\` or
\`runner\`. In addition, \`input\` means that something you passed to gridrun is wrong, and \`nobody\` marks a notice.
`,
    table(
      ['answer', 'what gridrun does', 'exit code'],
      Object.entries(ANSWERS).map(([answer, cells]) => [code(answer), ...cells]),
    ),
    '',
    table(['code', 'blames', 'answer'], rows),
    '',
  ].join('\n');
}
