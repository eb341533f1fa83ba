import { terminalLine } from '../terminal/terminal-text.ts';

/** A check that failed when a site was recorded, and that a replay did not try. */
export interface UntriedCheck {
  readonly siteId: string;
  readonly title: string;
}

/** What a replay prints of the recorded failures that it did not try. Empty if it tried all. */
export function untriedText(untried: readonly UntriedCheck[]): string {
  const lines = untried.map(({ siteId, title }) => `  ${terminalLine(siteId)}: ${terminalLine(title)}`);
  return lines.length === 0 ? '' : `not tried, though it failed when the site was recorded:\n${lines.join('\n')}\n`;
}
