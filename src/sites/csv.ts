import type { CsvError, Options } from 'csv-parse';
import { Parser } from 'csv-parse';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { nearest } from '../text/nearest.ts';
import type { Environment } from './builder.ts';
import { ListBuilder } from './builder.ts';
import type { Content } from './content.ts';
import { ENTRY_KEYS } from './entry.ts';
import { delimiterOf, isColumn, isSeparatorLine, rankingColumns, significantLines } from './form.ts';
import { quoted } from './url.ts';

const MAX_RECORD_LENGTH = 1_048_576;
const PIECE_BYTES = 2_048;

/**
 * Reads CSV with a header: `url`, `id`, `tags` and `env` (words separated by spaces, `;`, `|` or commas), `timeoutMs`,
 * `once` (true or false), `skip`, `data` (JSON) and `data.<key>` (text, because CSV has no other type). An empty cell counts as absent.
 */
export async function readCsv(content: Content, environment: Environment): Promise<ListBuilder> {
  const at = (line: number): string => `${content.name}:${line}`;
  const builder = new ListBuilder(
    {
      entry: at,
      inside: (line, path) => `${at(line)}${path.length === 0 ? '' : `, column ${quoted(path.join('.'))}`}`,
    },
    environment,
  );
  let columns: readonly string[] | undefined;
  /** Without a header, each row would be one more mistake. */
  const isDone = (): boolean => builder.isFull || (columns !== undefined && !columns.includes('url'));
  const onRecord = (cells: string[], endLine: number): void => {
    const line = endLine - lineEndsIn(cells);
    if (columns !== undefined) return isDone() ? undefined : addRow(columns, cells, line, builder);
    if (!isSeparatorLine(cells[0] ?? '')) columns = readHeader(cells, line, builder);
  };
  const options: Options = {
    bom: true,
    delimiter: delimiterOf(significantLines(content.head)),
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    comment: '#',
    comment_no_infix: true,
    max_record_size: MAX_RECORD_LENGTH,
    skip_records_with_error: true,
    on_record: (cells: string[], { lines }) => {
      onRecord(cells, lines);
      return null;
    },
    on_skip: (error) => {
      if (error !== undefined) builder.wrong(`${at(lineOf(error))}: this is not CSV: ${error.message}`);
      return undefined;
    },
  };
  await parse(content.chunks, new Parser(options), isDone);
  return builder;
}

/** Gives the chunks to the parser, until all are parsed or `isDone` returns true. */
async function parse(chunks: AsyncIterable<Uint8Array>, parser: Parser, isDone: () => boolean): Promise<void> {
  const ended = finished(parser.resume());
  ended.catch(() => undefined);
  for await (const chunk of chunks) {
    // In small pieces: after stray quotes, the parser reads the rest of its piece again for each mistake.
    for (let start = 0; start < chunk.length && !isDone(); start += PIECE_BYTES)
      if (!parser.write(chunk.subarray(start, start + PIECE_BYTES))) await Promise.race([once(parser, 'drain'), ended]);
    if (isDone()) break;
  }
  if (isDone()) return void parser.destroy();
  parser.end();
  await ended;
}

function readHeader(given: readonly string[], line: number, builder: ListBuilder): readonly string[] {
  // Public lists have columns of their own, such as Majestic's GlobalRank and TLD. They are left out.
  const cells = rankingColumns(given) ?? given;
  const seen = new Set<string>();
  for (const name of cells) {
    if (name === '') continue;
    if (!isColumn(name)) builder.wrongAt(line, [name], unknownColumn(name));
    if (seen.has(name)) builder.wrongAt(line, [name], 'this column appears twice; remove one');
    seen.add(name);
  }
  if (!seen.has('url'))
    builder.wrongAt(line, [], 'the header has no column "url"; start the file with a line such as url,id,tags');
  return cells;
}

function unknownColumn(name: string): string {
  const meant = nearest(name, ENTRY_KEYS);
  return `unknown column; ${meant === undefined ? `the columns are ${ENTRY_KEYS.join(', ')} and data.<key>` : `did you mean "${meant}"?`}`;
}

function addRow(columns: readonly string[], cells: readonly string[], line: number, builder: ListBuilder): void {
  if (cells.length > columns.length && cells.slice(columns.length).some((cell) => cell !== '')) {
    return builder.wrongAt(
      line,
      [],
      `this row has ${cells.length} cells, the header has ${columns.length}; put double quotes around a cell that contains a comma`,
    );
  }
  const entry: Record<string, unknown> = {};
  for (const [index, cell] of cells.entries()) {
    const column = columns[index] ?? '';
    if (cell !== '' && column !== '' && isColumn(column))
      setCell(entry, column, cell, () =>
        builder.wrongAt(
          line,
          [column],
          'data must be JSON, such as {"kind":"modal"}; for text, use a column data.<key>',
        ),
      );
  }
  builder.addEntry(entry, line);
}

function setCell(entry: Record<string, unknown>, column: string, cell: string, wrongData: () => void): void {
  if (column === 'tags' || column === 'env') entry[column] = cell.split(/[\s,;|]+/).filter((word) => word !== '');
  else if (column === 'timeoutMs') entry[column] = /^\d+$/.test(cell) ? Number(cell) : cell;
  else if (column === 'once') entry[column] = /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : cell;
  else if (column === 'data') {
    try {
      entry['data'] = JSON.parse(cell) as unknown;
    } catch {
      wrongData();
    }
  } else if (column.startsWith('data.')) entry['data'] = withCell(entry['data'], column.split('.').slice(1), cell);
  else entry[column] = cell;
}

/** The data of a row with one more cell set at its keys. */
function withCell(before: unknown, [key = '', ...inner]: readonly string[], cell: string): Record<string, unknown> {
  const object = typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : undefined;
  const value = inner.length === 0 ? cell : withCell(object?.[key], inner, cell);
  return object === undefined ? { [key]: value } : Object.assign(object, { [key]: value });
}

function lineEndsIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) if (cell.includes('\n')) count += cell.split('\n').length - 1;
  return count;
}

function lineOf(error: CsvError): number {
  const lines: unknown = error['lines'];
  return typeof lines === 'number' ? lines : 1;
}
