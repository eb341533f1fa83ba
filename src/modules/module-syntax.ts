import { readFileSync } from 'node:fs';
import type { LoadHookSync } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const MODULE_FORMATS: Readonly<Record<string, string>> = {
  commonjs: 'module',
  'commonjs-typescript': 'module-typescript',
};
/** V8's messages for syntax that only a module may have. */
const ONLY_IN_MODULES =
  /Cannot use import statement outside a module|Unexpected token 'export'|Cannot use 'import\.meta' outside a module/;
const TYPESCRIPT_MODULE =
  /^\s*(?:import\s+(?!type\b)[\w*{]|import\s*['"{]|export\s*(?:[{*]|(?:default|const|let|var|function|class|async|type|interface|enum|abstract)\b))/m;
const COMMONJS = /^\s*(?:module\.)?exports(?:\.\w+)?\s*=/m;

/**
 * A load hook that loads a file with ES module syntax as a module, whatever the `type` in its package.json. `npm init`
 * writes "commonjs" there, but configs and checks use `import`. A file that is loaded by `require` stays CommonJS.
 */
export const loadAsWritten: LoadHookSync = (url, context, next) => {
  const format = MODULE_FORMATS[context.format ?? ''];
  const mayBe =
    format !== undefined &&
    url.startsWith('file:') &&
    !/\/node_modules\/|\.c[jt]s(?:\?|$)/.test(url) &&
    context.conditions.includes('import');
  return next(
    url,
    mayBe && isModule(readFileSync(fileURLToPath(url), 'utf8'), format) ? { ...context, format } : context,
  );
};

function isModule(source: string, format: string): boolean {
  // V8 can't parse TypeScript, so the source's text decides.
  if (format === 'module-typescript') return TYPESCRIPT_MODULE.test(source) && !COMMONJS.test(source);
  try {
    new Script(`(function () {${source}\n})`);
    return false;
  } catch (error) {
    return ONLY_IN_MODULES.test(String(error));
  }
}
