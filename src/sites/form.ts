import { ENTRY_KEYS } from './entry.ts';

/** The forms that a site list may have. */
export type Form = 'JSON' | 'NDJSON' | 'YAML' | 'CSV' | 'rank,domain' | 'text';

/** `rank,domain`, as in Tranco: no header, quotes allowed. */
export const RANKED = /^\s*"?\d+"?\s*,\s*"?([^",\s]+)"?\s*$/;
const RANKED_HEADER = /^\s*"?rank"?\s*,\s*"?domain"?\s*$/i;

/** Recognizes the form by the start of the content. The file ending decides only if the content leaves it open. */
export function formOf(head: string, ending: string): Form {
  const lines = significantLines(head);
  const first = lines[0] ?? '';
  if (isSeparatorLine(first)) return 'CSV';
  if (/^[{["]/.test(first) && !/^\[[0-9a-f:.]+\]/i.test(first)) return bracedForm(lines, first, ending);
  if (/^(?:---|%YAML|-\s|-$)/.test(first) || /^[A-Za-z_"']+:(?:\s|$)/.test(first)) return 'YAML';
  return tableForm(first, ending);
}

/** The form of a text that starts with a bracket, a brace or a quote: JSON, NDJSON, YAML flow style, or quoted CSV. */
function bracedForm(lines: readonly string[], first: string, ending: string): Form {
  const value = parsed(first);
  if (first.startsWith('"')) {
    const isEntry = typeof value === 'string' && !ENTRY_KEYS.includes(value);
    return isEntry ? 'NDJSON' : tableForm(first, ending);
  }
  if (first.startsWith('{')) {
    if (value !== undefined) return isListObject(value) ? 'JSON' : 'NDJSON';
    if (first.endsWith('}') && /^["{]/.test(lines[1] ?? '')) return 'NDJSON';
    if (/^(?:ndjson|jsonl)$/.test(ending) && first !== '{') return 'NDJSON';
  }
  const isFlow = /^[{[]\s*[A-Za-z_]/.test(first) && !/^\[\s*(?:true|false|null)\b/.test(first);
  return isFlow ? 'YAML' : 'JSON';
}

/** The form of any other text: a table with a header, a ranking, or lines of text. */
function tableForm(first: string, ending: string): Form {
  if (RANKED.test(first) || RANKED_HEADER.test(first)) return 'rank,domain';
  const delimiter = delimiterOf([first]);
  const cells = first.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (rankingColumns(cells) !== undefined) return 'CSV';
  const named = cells.filter((cell) => isColumn(cell));
  if (named.length > 0 && (cells.length > 1 || named[0] === 'url')) return 'CSV';
  return cells.length > 1 && (ending === 'csv' || ending === 'tsv') ? 'CSV' : 'text';
}

/** A line with which spreadsheets name the separator of the lines after it: `sep=;`. */
const SEPARATOR_LINE = /^\uFEFF?"?sep=([,;\t|])?"?[,;\t|]*$/i;

export function isSeparatorLine(line: string): boolean {
  return SEPARATOR_LINE.test(line);
}

const RANK = /rank$/i;
const DOMAIN = /^(?:domain|origin|host|hostname)$/i;

/**
 * The columns of a public ranking (CrUX, Majestic, DomCop, Radar), with its domains as `url` and the others empty;
 * undefined if this is no header of a ranking.
 */
export function rankingColumns(cells: readonly string[]): readonly string[] | undefined {
  const at = cells.findIndex((cell) => DOMAIN.test(cell));
  if (at < 0 || cells.includes('url') || !cells.some((cell) => RANK.test(cell))) return undefined;
  return cells.map((cell, index) => (index === at ? 'url' : isColumn(cell) ? cell : ''));
}

/**
 * The separator of a table's cells: the one that its first line names (`sep=;`), or else what its header has most of, a
 * comma, a semicolon (as spreadsheets in many countries use it) or a tab.
 */
export function delimiterOf([header = '', next = '']: readonly string[]): string {
  const named = SEPARATOR_LINE.exec(header);
  if (named !== null) return named[1] ?? delimiterOf([next]);
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counted.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

/** Whether a table may have this column. */
export function isColumn(name: string): boolean {
  return ENTRY_KEYS.includes(name) || (/^data(?:\.[^.]+)+$/.test(name) && !name.includes('__proto__'));
}

function isListObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'sites' in value;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** The first two lines that are neither empty nor comments. */
export function significantLines(head: string): readonly string[] {
  return head
    .split('\n', 10_000)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(0, 2);
}
