import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check, format, getFileInfo, resolveConfig } from 'prettier';
import { countSources, unreadMistake } from './source-files.ts';

const { write } = parseArgs({ options: { write: { type: 'boolean', default: false } } }).values;
/** `**` leaves out names that start with a dot. */
const FILES = ['**/*', '.*', '.ci/**/*'];
const SKIPPED = new Set(['node_modules', 'dist', '.git', 'gridrun-results']);
const SOURCE = /\.[cm]?[jt]sx?$/;

const unformatted: string[] = [];
let sourceCount = 0;
const isSkipped = (name: string): boolean => SKIPPED.has(name.split('/').at(-1) ?? '');
for (const file of globSync(FILES, { exclude: isSkipped }).toSorted()) {
  const { ignored, inferredParser } = await getFileInfo(file, { ignorePath: '.prettierignore' });
  if (ignored || inferredParser === null) continue;
  const text = readFileSync(file, 'utf8');
  const options = { ...(await resolveConfig(file)), filepath: file };
  if (SOURCE.test(file)) sourceCount++;
  if (await check(text, options)) continue;
  unformatted.push(file);
  if (write) writeFileSync(file, await format(text, options));
}

const unread = unreadMistake('format', sourceCount, countSources(process.cwd()));
if (unread !== undefined) console.error(unread);
for (const file of unformatted)
  console.error(write ? `${file}: formatted` : `${file}: is not formatted; run npm run format`);
console.log(`format: ${sourceCount} source files read, ${unformatted.length} ${write ? 'formatted' : 'unformatted'}`);
process.exitCode = unread === undefined && (write || unformatted.length === 0) ? 0 : 1;
