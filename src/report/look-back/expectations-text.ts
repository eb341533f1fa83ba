import { terminalLine } from '../terminal/terminal-text.ts';

/** What a person needs to find an expectation in the file. */
interface Entry {
  readonly site: string;
  readonly check?: string;
}

const MAX_ENTRIES = 30;

/** What `gridrun expectations update` prints: what it changed in the file. */
export function expectationsUpdateText(
  update: { readonly added: readonly Entry[]; readonly removed: readonly Entry[] },
  file: string,
): string {
  const { added, removed } = update;
  if (added.length === 0 && removed.length === 0) return `${terminalLine(file)} is up to date with this run\n`;
  return [
    `${terminalLine(file)}: ${added.length} added, ${removed.length} removed`,
    ...entryLines('+', added),
    ...entryLines('-', removed),
    ...(added.length === 0 ? [] : ['next: replace each TODO with a reason and an owner']),
    '',
  ].join('\n');
}

function entryLines(sign: string, entries: readonly Entry[]): string[] {
  const lines = entries
    .slice(0, MAX_ENTRIES)
    .map(
      ({ site, check }) =>
        `  ${sign} ${terminalLine(site)}${check === undefined ? '' : `: ${terminalLine(check, 100)}`}`,
    );
  return entries.length > MAX_ENTRIES ? [...lines, `  ${sign} … and ${entries.length - MAX_ENTRIES} more`] : lines;
}
