import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { COMPUTED_IMPORTS, LAYERS, REPORT_APP_MAY, type Layer } from './layers.ts';
import { importsOf, type ModuleImport } from './module-imports.ts';
import { countSources, unreadMistake } from './source-files.ts';

/** The files that the package's own name refers to inside this repository. */
const SELF: Readonly<Record<string, string>> = { gridrun: 'src/index.ts', 'gridrun/check': 'src/check/api.ts' };
/** Files outside src that src may read, although they are not modules of ours. */
const DATA = new Set(['package.json']);
/** The only files at the top of src: everything else has a folder. */
const AT_TOP = new Set(['src/index.ts', 'src/version.ts']);

const files = globSync('src/**/*.{ts,tsx}')
  .map((file) => file.replaceAll('\\', '/'))
  .toSorted();
const faults: string[] = [];
let readCount = 0;
let importCount = 0;
for (const file of files) {
  const imports = importsOf(file, readFileSync(file, 'utf8'));
  readCount++;
  importCount += imports.length;
  if (posix.dirname(file) === 'src' && !AT_TOP.has(file))
    faults.push(`${file}:1: is at the top of src; put it into the folder of its idea`);
  const layer = layerOf(file);
  if (layer === undefined) faults.push(`${file}:1: is in no layer; give its folder a line in scripts/layers.ts`);
  else faults.push(...imports.flatMap((named) => faultOf(file, layer, named) ?? []));
}

const appFiles = globSync('report-app/**/*.{ts,tsx}').map((file) => file.replaceAll('\\', '/'));
for (const file of appFiles.toSorted())
  faults.push(...importsOf(file, readFileSync(file, 'utf8')).flatMap((named) => appFaultOf(file, named) ?? []));
const unreadApp = unreadMistake('layers', appFiles.length, countSources(process.cwd(), ['report-app']));
if (unreadApp !== undefined) faults.push(unreadApp);

const unread = unreadMistake('layers', readCount, countSources(process.cwd(), ['src']));
if (unread !== undefined) faults.push(unread);
else if (importCount === 0)
  faults.push(`layers: found no import in ${readCount} files; the parser does not do its work`);
for (const fault of faults) console.error(fault);
console.log(`layers: ${readCount} files, ${importCount} imports, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The row of the file's own name, or else the row of the deepest folder that holds it. */
function layerOf(file: string): Layer | undefined {
  const rows = LAYERS.filter((layer) => isUnder(file, layer.path));
  return rows.toSorted((a, b) => b.path.length - a.path.length)[0];
}

function isFolder(layer: Layer): boolean {
  return layer.path.endsWith('/');
}

/** Whether the file is at this path or in this folder. */
function isUnder(file: string, path: string): boolean {
  return path.endsWith('/') ? file.startsWith(`src/${path}`) : file === `src/${path}`;
}

/** The fault of an import, or undefined if the import is allowed. */
function faultOf(file: string, layer: Layer, { specifier, line }: ModuleImport): string | undefined {
  if (specifier === undefined) {
    if (file in COMPUTED_IMPORTS) return undefined;
    return `${file}:${line}: computes what it imports; write the path, or add the file to scripts/layers.ts`;
  }
  const target = targetOf(file, specifier);
  if (target === undefined || DATA.has(target)) return undefined;
  const allowed = isFolder(layer) ? [...layer.may, layer.path] : layer.may;
  if (allowed.some((path) => path === '*' || isUnder(target, path)) && target.startsWith('src/')) return undefined;
  if (layer.outside?.includes(target) === true) return undefined;
  return `${file}:${line}: imports ${target}; src/${layer.path} may import ${allowedText(layer.may)}`;
}

/** The fault of an import of the report's browser program, or undefined if the import is allowed. */
function appFaultOf(file: string, { specifier, line }: ModuleImport): string | undefined {
  const target = specifier === undefined ? undefined : targetOf(file, specifier);
  if (target?.startsWith('src/') !== true || REPORT_APP_MAY.some((path) => isUnder(target, path))) return undefined;
  return `${file}:${line}: imports ${target}; report-app/ may import ${allowedText(REPORT_APP_MAY)}`;
}

/** The path of the file of ours that an import names, or undefined if it names a package. */
function targetOf(file: string, specifier: string): string | undefined {
  const path = specifier.replace(/[?#].*$/, '');
  if (path in SELF) return SELF[path];
  // An absolute path works on one machine only, so it is never allowed.
  if (path.startsWith('file:') || path.startsWith('/')) return path;
  if (/^[a-z]+:/.test(path)) return undefined;
  if (path.startsWith('.')) return posix.join(posix.dirname(file), path);
  return undefined;
}

function allowedText(may: readonly string[]): string {
  const ours = may.includes('*') ? 'everything under src' : ['itself', ...may.map((path) => `src/${path}`)].join(', ');
  return `${ours}, node's modules and npm packages`;
}
