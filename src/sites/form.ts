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
  const delimiter = delimiterOf(first);
  const cells = first.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const named = cells.filter((cell) => isColumn(cell));
  if (named.length > 0 && (cells.length > 1 || named[0] === 'url')) return 'CSV';
  return cells.length > 1 && (ending === 'csv' || ending === 'tsv') ? 'CSV' : 'text';
}

/** The separator of the header's cells: a comma, a semicolon (as spreadsheets in many countries use it) or a tab. */
export function delimiterOf(header: string): string {
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
