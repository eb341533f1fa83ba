/** The kinds of check files; each test of lanes is made with both. */
export const MODULE_KINDS = ['esm', 'cjs'] as const;
export type ModuleKind = (typeof MODULE_KINDS)[number];

/** A check file of a kind: `body` finds gridrun/check's names and `assert`, and the modules of `locals` by their names. */
export function checkFile(kind: ModuleKind, body: string, locals: readonly string[] = []): Record<string, string> {
  const names = 'site, driver, signal, attach';
  const head =
    kind === 'esm'
      ? [
          `import { ${names} } from 'gridrun/check';`,
          "import assert from 'node:assert/strict';",
          ...locals.map((name) => `import * as ${name} from './${name}.mjs';`),
        ]
      : [
          `const { ${names} } = require('gridrun/check');`,
          "const assert = require('node:assert/strict');",
          ...locals.map((name) => `const ${name} = require('./${name}.cjs');`),
        ];
  return { [`checks/suite.check.${kind === 'esm' ? 'mjs' : 'cjs'}`]: `${head.join('\n')}\n${body}` };
}

/** A module beside the check file that exports one name. */
export function localModule(
  kind: ModuleKind,
  name: string,
  exported: string,
  expression: string,
): Record<string, string> {
  return kind === 'esm'
    ? { [`checks/${name}.mjs`]: `export const ${exported} = ${expression};` }
    : { [`checks/${name}.cjs`]: `exports.${exported} = ${expression};` };
}
