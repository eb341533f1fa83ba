import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { importsOf } from './module-imports.ts';

/** Modules that a unit test must not import, nor may the modules of `test/` that it imports. Each has its reason. */
const NEVER_IN_UNIT_TESTS: Readonly<Record<string, string>> = {
  'node:child_process': 'starts another program',
  'test/support/machine.ts': 'asks for Chrome, Java or Docker',
  'src/app/run/run.ts': 'runs a whole run with its worker processes',
  'src/check/pool/worker-pool.ts': 'starts worker processes',
};

/** The test files that need no browser, no Java, no Docker and no build: all that import nothing of the list above. */
export function unitTests(): string[] {
  return globSync('test/**/*.test.ts')
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
    .filter((file) => whyNotUnit(file) === undefined);
}

/** Why a test is not a unit test, or undefined if it is one. Paths are from the root of the repository. */
export function whyNotUnit(file: string, seen = new Set<string>()): string | undefined {
  seen.add(file);
  for (const { specifier = '' } of importsOf(file, readFileSync(file, 'utf8'))) {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
    const reason = NEVER_IN_UNIT_TESTS[target];
    if (reason !== undefined) return `${file} imports ${target}, which ${reason}`;
    if (!/^test\/.*\.ts$/.test(target) || seen.has(target)) continue;
    const deeper = whyNotUnit(target, seen);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
