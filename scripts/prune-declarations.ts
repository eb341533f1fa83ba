import { globSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importsOf } from './module-imports.ts';

// The package declares what users import, and what that refers to. The declarations of all other modules are removed.
const DIST = 'dist';
const PUBLIC = ['index.d.ts', 'check/api.d.ts'].map((file) => join(DIST, file));

const reached = new Set<string>();
const toVisit = [...PUBLIC];
for (let file = toVisit.pop(); file !== undefined; file = toVisit.pop()) {
  if (reached.has(file)) continue;
  reached.add(file);
  for (const { specifier } of importsOf(file, readFileSync(file, 'utf8'))) {
    if (specifier?.startsWith('.') !== true) continue;
    const target = join(dirname(file), specifier).replace(/\.[jt]s$/, '.d.ts');
    if (!existsSync(target)) throw new Error(`${file} imports ${specifier}, and ${target} is not there`);
    toVisit.push(target);
  }
}

const all = globSync(`${DIST}/**/*.d.ts`);
const unreached = all.filter((file) => !reached.has(file));
for (const file of unreached) rmSync(file);
console.log(`${DIST}: ${reached.size} declarations kept, ${unreached.length} removed`);
