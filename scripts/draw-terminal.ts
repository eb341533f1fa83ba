import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startStub } from '../test/stub/webdriver-stub.ts';
import { TmuxTerminal } from './tmux-terminal.ts';

// Writes docs/terminal.md: what a run prints in terminals of 80 × 24 and 40 × 10, during the run and at its end. The
// terminal is tmux, and the grid is a stub.

const MAIN = new URL('../src/cli/main.ts', import.meta.url).pathname;
const SITES = 60;
const CHECK = `import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('has a login button', async () => {
  await driver.get(site.url);
  assert.ok(!site.id.endsWith('7'), 'there is no button that a person could see');
});
`;

const parts = [
  '# In a terminal',
  '',
  'This page shows what a run prints in terminals of two sizes. `node scripts/draw-terminal.ts` makes it by running gridrun',
  'in tmux against a fake grid.',
];
for (const [columns, rows] of [
  [80, 24],
  [40, 10],
] as const) {
  const { during, end } = await pictures(columns, rows);
  parts.push(
    '',
    `## ${columns} × ${rows}`,
    '',
    'During the run:',
    '',
    ...block(during),
    '',
    'At the end:',
    '',
    ...block(end),
  );
}
writeFileSync('docs/terminal.md', `${parts.join('\n')}\n`);
console.log('docs/terminal.md is written');

async function pictures(columns: number, rows: number): Promise<{ during: string[]; end: string[] }> {
  await using stub = await startStub({
    sessionsPerNode: 6,
    latencyMs: ({ command }) => (command === 'POST url' ? 700 : 2),
  });
  const folder = mkdtempSync(join(tmpdir(), 'gridrun-draw-'));
  try {
    writeFileSync(join(folder, 'login.check.mjs'), CHECK);
    writeFileSync(
      join(folder, 'sites.json'),
      JSON.stringify(
        Array.from({ length: SITES }, (_, index) => ({
          id: `shop-${index + 1}`,
          url: `https://shop-${index + 1}.example/`,
        })),
      ),
    );
    const command = [process.execPath, MAIN, 'login.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '-j', '6'];
    await using terminal = await TmuxTerminal.start(command, { cwd: folder, columns, rows, env: { CI: '' } });
    let during: string[] = [];
    while (!(await terminal.hasEnded())) {
      const screen = await terminal.screen();
      // The last screen before half of the sites are done: every session is busy then.
      const done = Number(/^(\d+)\//.exec(screen.at(-1) ?? '')?.[1] ?? SITES);
      if (done <= SITES / 2) during = screen;
      await pause(50);
    }
    const end = (await terminal.screen()).filter((line) => !line.startsWith('Pane is dead'));
    const plain = (lines: readonly string[]): string[] =>
      lines.map((line) => line.replace(/http:\/\/127\.0\.0\.1:\d+/, 'http://hub:4444').replaceAll(`${folder}/`, ''));
    return { during: plain(during), end: plain(end) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function block(lines: readonly string[]): string[] {
  return ['```text', ...lines.join('\n').trim().split('\n'), '```'];
}
