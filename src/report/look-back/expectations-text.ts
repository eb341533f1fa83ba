import { terminalLine } from '../terminal/terminal-text.ts';

/** An expectation as far as a person needs it to find it in the file. */
interface Entry {
  readonly site: string;
  readonly check?: string;
}

const MOST = 30;

/** What `gridrun expectations update` says it did to a file. */
export function expectationsUpdateText(
  update: { readonly added: readonly Entry[]; readonly removed: readonly Entry[] },
  file: string,
): string {
  const { added, removed } = update;
  if (added.length === 0 && removed.length === 0) return `${terminalLine(file)} says already what this run says\n`;
  return [
    `${terminalLine(file)}: ${added.length} added, ${removed.length} taken out`,
    ...entryLines('+', added),
    ...entryLines('-', removed),
    ...(added.length === 0 ? [] : ['now write a reason and an owner wherever it says TODO']),
    '',
  ].join('\n');
}

function entryLines(sign: string, entries: readonly Entry[]): string[] {
  const lines = entries
    .slice(0, MOST)
    .map(
      ({ site, check }) =>
        `  ${sign} ${terminalLine(site)}${check === undefined ? '' : `: ${terminalLine(check, 100)}`}`,
    );
  return entries.length > MOST ? [...lines, `  ${sign} … and ${entries.length - MOST} more`] : lines;
}
