import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A change in one place of one file. */
interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const SOURCE = fileURLToPath(new URL('../extension/', import.meta.url));

/** The regressions of the broken build: it finds no form in a shadow root or in a frame. */
const REGRESSIONS: readonly Patch[] = [
  { file: 'manifest.json', from: '"version": "1.0.0"', to: '"version": "1.1.0"' },
  { file: 'manifest.json', from: '"all_frames": true', to: '"all_frames": false' },
  {
    file: 'find-form.js',
    from: '    if (element.shadowRoot) found.push(...everything(element.shadowRoot));\n',
    to: '',
  },
];

/** Writes the demo extension with the planted regressions to a folder. Throws if one of them does not apply. */
export async function buildBroken(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(SOURCE, folder, { recursive: true });
  for (const { file, from, to } of REGRESSIONS) {
    const path = join(folder, file);
    const before = await readFile(path, 'utf8');
    if (before.split(from).length !== 2) throw new Error(`${file} does not have exactly one ${JSON.stringify(from)}`);
    await writeFile(path, before.replace(from, to));
  }
}

const [folder] = process.argv.slice(2);
if (import.meta.main) {
  if (folder === undefined) throw new Error('usage: node examples/extension-broken/build.ts <folder>');
  await buildBroken(folder);
}
