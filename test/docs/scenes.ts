import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkFile, siteList } from '../support/command.ts';
import type { Reader } from './reader.ts';

/** The files that the reader of a page starts with, and how the commands of the page end. */
export interface Scene {
  readonly files: Readonly<Record<string, string>>;
  /** Its commands use the Chrome of this machine and a site that exists. */
  readonly inChrome?: true;
  /** The exit codes that are allowed, if not only 0: a page may be about sites that fail. */
  readonly codes?: readonly number[];
  /** Runs before each command of the page. */
  readonly before?: (reader: Reader, command: string) => Promise<void>;
}

const PASSES = checkFile('await driver.get(site.url);', 'has a button');
/** One site always fails, so that there is a known failure, and a site to rerun. */
const FAILS = checkFile("await driver.get(site.url); assert.notEqual(site.id, 'example_org', 'no button');");
const CONFIG = "export default { sites: 'sites.json' };\n";

const EXTENSION = {
  'manifest.json': JSON.stringify({
    manifest_version: 3,
    name: 'Fill in',
    version: '1.0',
    content_scripts: [{ matches: ['http://*/*'], js: ['fill.js'] }],
  }),
  'fill.js': "document.title = 'filled in';\n",
};

function inFolder(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}

/** Copies the results of earlier commands to the folders that the page uses for last night's run. */
async function afterNights(reader: Reader, command: string): Promise<void> {
  const project = join(reader.place.folder, 'project');
  if (!/last-night|nights/.test(command) || existsSync(join(project, 'last-night'))) return;
  for (const folder of ['last-night', 'nights/1', 'nights/2'])
    await cp(join(project, 'gridrun-results'), join(project, folder), { recursive: true });
}

/** Makes a run that was cut off: its journal lacks the last line. */
async function cutOff(reader: Reader, command: string): Promise<void> {
  if (!command.includes('--resume')) return;
  await reader.does('gridrun');
  const journal = join(reader.place.folder, 'project/gridrun-results/events.ndjson');
  const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n');
  await writeFile(journal, `${lines.slice(0, -1).join('\n')}\n`);
}

/** The scene of each page. A page without commands of its own needs none. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'README.md': { inChrome: true, files: { 'sites.txt': '$SITE\n' } },
  'docs/checks.md': {
    files: {
      'gridrun.config.mjs': CONFIG,
      'checks/login.check.mjs': PASSES,
      'checks/login.check.ts': PASSES,
      'sites.json': '[{"id": "shop-1", "url": "https://a.example", "tags": ["login"]}]',
    },
  },
  'docs/ci.md': { files: { 'checks/page.check.ts': FAILS }, codes: [0, 1], before: afterNights },
  'docs/extensions.md': {
    inChrome: true,
    files: {
      'top1000.json': '[{"id": "example_com", "url": "$SITE"}]',
      'checks/page.check.mjs': PASSES,
      ...inFolder('dist', EXTENSION),
      ...inFolder('last-release', EXTENSION),
    },
    before: afterNights,
  },
  'docs/grids.md': { files: { 'sites.json': siteList('a'), 'checks/page.check.mjs': PASSES } },
  'docs/lanes.md': {
    files: { 'gridrun.config.mjs': CONFIG, 'sites.json': siteList('a'), 'checks/page.check.mjs': PASSES },
  },
  'docs/report.md': {
    files: { 'sites.txt': 'a.example\n' },
    before: async (reader) => void (await reader.does('gridrun --sites sites.txt')),
  },
  'docs/troubleshooting.md': {
    files: { 'gridrun.config.mjs': CONFIG, 'sites.json': siteList('a'), 'checks/page.check.mjs': PASSES },
    before: cutOff,
  },
};
