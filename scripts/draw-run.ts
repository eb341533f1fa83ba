import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import xterm from '@xterm/headless';

// Draws docs/run.svg: a real run of the demo in a terminal, once during the run and once at its end.
// util-linux's `script` provides the terminal, so this needs Linux.

const COLUMNS = 92;
const ROWS = 13;
const CELL = { width: 8.4, height: 19, font: 14 };
const PALETTE = ['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'];

const output = await recorded('node --conditions=gridrun-source src/cli/main.ts');
const typed = `${styleText('bold', '$', { validateStream: false })} npm start\r\n`;
const frames = [await screen(typed + output.slice(0, afterSites(8))), await screen(typed + output)];
writeFileSync('docs/run.svg', drawn(frames));
console.log('docs/run.svg is written');

/** The offset in the output after `count` passed sites and the complete live line that follows them. */
function afterSites(count: number): number {
  let at = 0;
  for (let site = 0; site < count; site++) at = output.indexOf('✓', at) + 1;
  return output.indexOf('left\r\n', at) + 'left\r\n'.length;
}

/** Returns everything that a command writes to a terminal. */
async function recorded(command: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gridrun-draw-'));
  try {
    const line = `stty cols ${COLUMNS} rows ${ROWS}; ${command} --out ${folder}/gridrun-results`;
    const child = spawn('script', ['-qefc', line, '/dev/null'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`the demo exited with ${code}, so there is nothing to draw\n${text}`);
    return text.replaceAll(`${folder}/`, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows of a terminal after these bytes, each as a line of SVG. */
async function screen(bytes: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(bytes, done));
  const buffer = terminal.buffer.active;
  return Array.from({ length: ROWS }, (_, row) => rowOf(buffer.getLine(buffer.viewportY + row)));
}

type Line = ReturnType<xterm.Terminal['buffer']['active']['getLine']>;

/** Joins neighboring cells of the same color into one span. */
function rowOf(line: Line): string {
  const spans: { fill: string; text: string }[] = [];
  for (let column = 0; column < COLUMNS; column++) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() || ' ';
    const fill = cell?.isFgPalette() ? (PALETTE[cell.getFgColor() % 8] ?? '') : cell?.isDim() ? '#8b949e' : '';
    const last = spans.at(-1);
    if (last?.fill === fill) last.text += text;
    else spans.push({ fill, text });
  }
  const end = spans.at(-1);
  if (end !== undefined) end.text = end.text.trimEnd();
  return spans
    .map(({ fill, text }) => `<tspan${fill === '' ? '' : ` fill="${fill}"`}>${escaped(text)}</tspan>`)
    .join('');
}

/** Escapes text and replaces spaces with spaces that no renderer collapses. */
function escaped(text: string): string {
  return text.replaceAll(' ', '\u00A0').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The frames in one picture, one below the other, each in a window of its own. */
function drawn(all: readonly (readonly string[])[]): string {
  const pad = 14;
  const width = Math.ceil(COLUMNS * CELL.width + 2 * pad);
  const frameHeight = ROWS * CELL.height + 2 * pad;
  const windows = all.map((rows, index) => {
    const top = index * (frameHeight + pad);
    const texts = rows.map(
      (row, line) => `<text x="${pad}" y="${top + pad + (line + 0.75) * CELL.height}">${row}</text>`,
    );
    return `<rect y="${top}" width="${width}" height="${frameHeight}" rx="8" fill="#0d1117"/>\n${texts.join('\n')}`;
  });
  const height = all.length * frameHeight + (all.length - 1) * pad;
  const style = `font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="${CELL.font}" fill="#c9d1d9"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="gridrun in a terminal, while it runs and at its end">\n<g ${style}>\n${windows.join('\n')}\n</g>\n</svg>\n`;
}
