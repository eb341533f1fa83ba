import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SCHEMA_VERSION } from '../../src/core/event.ts';
import { anchorOf, code, table } from './markdown.ts';
import { typesOf, type Field, type TypeSource } from './type-source.ts';

const CORE = new URL('../../src/core/', import.meta.url).pathname;

/** docs/reference/events.md, without its first lines: the events and the types of their fields. */
export function eventsPage(): string {
  const types = new Map(
    readdirSync(CORE)
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => typesOf(name, readFileSync(join(CORE, name), 'utf8')))
      .map((type) => [type.name, { ...type, fields: type.fields.map(asInJournal) }]),
  );
  const events = namesIn(types.get('RunEvent')?.alias ?? '').map((name) => found(types, name));
  if (events.length === 0) throw new Error('src/core/event.ts has no union RunEvent');
  const others = reachedFrom(events, types).toSorted((a, b) => a.name.localeCompare(b.name));
  const link = (text: string): string => linked(text, new Set(others.map(({ name }) => name)));
  return [
    `# Events\n\n\`events.ndjson\` is the journal of a run. Each line is one event as JSON, in the order in which things happened. This page
describes schema ${SCHEMA_VERSION}. A field never changes its type. Newer versions may add fields and events, so ignore what you do not know.

To get the same events during a run, use \`--reporter json\`, which prints the same lines, or \`run()\` of the library, which
yields the same objects.\n`,
    table(
      ['event', 'meaning'],
      events.map((event) => [`[\`${eventName(event)}\`](#${anchorOf(eventName(event))})`, firstSentence(event.doc)]),
    ),
    ...events.map((event) => section(eventName(event), event, link)),
    '\n# Types of the fields',
    ...others.map((type) => section(type.name, type, link)),
  ].join('\n');
}

/** A journal holds a code as a string. The codes have a page of their own. */
function asInJournal(field: Field): Field {
  return { ...field, type: field.type.replace(/\bRecordedCode\b/, 'string') };
}

function found(types: ReadonlyMap<string, TypeSource>, name: string): TypeSource {
  const type = types.get(name);
  if (type === undefined) throw new Error(`src/core has no type ${name}`);
  return type;
}

function eventName({ name, fields }: TypeSource): string {
  const type = fields.find((field) => field.name === 'type')?.type;
  if (type === undefined) throw new Error(`${name} has no type of its own`);
  return type.replaceAll("'", '');
}

function section(title: string, { doc, fields, alias }: TypeSource, link: (type: string) => string): string {
  const body =
    fields.length === 0
      ? `One of ${link(alias)}`
      : table(
          ['field', 'type', 'meaning'],
          fields
            .filter(({ name }) => name !== 'type')
            .map((field) => [
              `${code(field.name)}${field.optional ? ' (may be absent)' : ''}`,
              link(field.type),
              field.doc,
            ]),
        );
  return `\n## ${title}\n${doc === '' ? '' : `\n${doc}\n`}\n${body}`;
}

/** A type as code, with links to the types of ours that it names. */
function linked(type: string, known: ReadonlySet<string>): string {
  const names = namesIn(type).filter((name) => known.has(name));
  return [code(type), ...names.map((name) => `([${name}](#${anchorOf(name)}))`)].join(' ');
}

function namesIn(type: string): string[] {
  return [...new Set([...type.matchAll(/\b[A-Z]\w+/g)].map(([name]) => name))];
}

/** Every type that these types refer to, directly or through others. */
function reachedFrom(from: readonly TypeSource[], types: ReadonlyMap<string, TypeSource>): TypeSource[] {
  const reached = new Map<string, TypeSource>();
  const visit = ({ fields, alias }: { readonly fields: readonly Field[]; readonly alias: string }): void => {
    for (const name of namesIn([alias, ...fields.map(({ type }) => type)].join(' '))) {
      const type = types.get(name);
      if (type === undefined || reached.has(name)) continue;
      reached.set(name, type);
      visit(type);
    }
  };
  for (const type of from) visit(type);
  return [...reached.values()];
}

function firstSentence(doc: string): string {
  return /^.*?\.(?= |$)/.exec(doc)?.[0] ?? doc;
}
