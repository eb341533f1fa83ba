import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
/** What runs in a worker, beside the code of checks. The watchdog's thread has globals of its own. */
const IN_WORKER = ['src/wire/**/*.ts', 'src/check/worker/**/*.ts'];
const OWN_GLOBALS = 'src/check/worker/watchdog-thread.ts';
const TIMERS = /(?<![.\w'])(setTimeout|clearTimeout|setInterval|clearInterval|setImmediate)\(/g;
const CLOCKS = /performance\.now|Date\.now|new Date\(\)|AbortSignal\.timeout|node:timers/g;

test('code of gridrun that runs in a worker takes its timers and clocks from os/real-timers.ts', () => {
  const faults: string[] = [];
  for (const file of globSync(IN_WORKER, { cwd: ROOT })) {
    if (file === OWN_GLOBALS) continue;
    const text = readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const imported = /import \{([^}]*)\} from '[./]*\/os\/real-timers\.ts'/.exec(text)?.[1] ?? '';
    for (const [, name] of text.matchAll(TIMERS)) if (!imported.includes(name!)) faults.push(`${file}: ${name}`);
    for (const [clock] of text.matchAll(CLOCKS)) faults.push(`${file}: ${clock}`);
  }
  assert.deepEqual(faults, []);
});
