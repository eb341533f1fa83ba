import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, version } from 'esbuild';
import { writeWhole } from '../src/os/write-whole.ts';

interface ReportApp {
  readonly script: string;
  readonly style: string;
}

const ROOT = join(import.meta.dirname, '..');
const SOURCES = import.meta.dirname;
const CACHE = join(ROOT, 'node_modules/.cache/gridrun');

/** Builds one script and one style sheet from the page's sources. */
async function buildReportApp(): Promise<ReportApp> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(SOURCES, 'main.tsx')],
    outdir: 'report-app',
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    charset: 'ascii',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: textOf('.js'), style: textOf('.css') };
}

/** The page's program and style, built once for each state of the sources. `src/report/html/report-app.ts` imports it. */
export async function reportApp(): Promise<ReportApp> {
  const path = join(CACHE, `report-app-${hashOfSources()}.json`);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ReportApp;
  } catch {
    // Not built yet, or not readable: build it.
  }
  const app = await buildReportApp();
  // Several runs may start from the same sources at once.
  await writeWhole(path, JSON.stringify(app), { draft: `${path}.${randomBytes(4).toString('hex')}` });
  return app;
}

function hashOfSources(): string {
  const hash = createHash('sha256').update(version);
  for (const name of globSync('**/*.{ts,tsx,css}', { cwd: SOURCES }).toSorted())
    hash.update(name).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}

if (import.meta.main) {
  const app = await buildReportApp();
  const path = join(ROOT, 'dist/report/html/report-app.built.js');
  await writeWhole(path, `const app = ${JSON.stringify(app)};\nexport const reportApp = async () => app;\n`);
  console.log(`${path}: ${app.script.length + app.style.length} characters`);
}
