import { posix } from 'node:path';
import { Visitor, parseSync, type Node } from 'oxc-parser';

/** A place where a module refers to another module. */
export interface ModuleImport {
  /** The specifier as written, or undefined if it is computed. */
  readonly specifier: string | undefined;
  /** The line, counted from 1. */
  readonly line: number;
}

/**
 * Every module that a source file refers to: static and dynamic imports, re-exports, `import type`, `import('…')` types,
 * `require`, `require.resolve`, `import.meta.resolve`, and what starts child processes and worker threads:
 * `new URL('…', import.meta.url)`, any URL of a relative path or a file, and `join(import.meta.dirname, '…')`.
 * Throws if the file cannot be parsed.
 */
export function importsOf(fileName: string, source: string): ModuleImport[] {
  const { program, errors } = parseSync(fileName, source);
  const error = errors[0];
  if (error !== undefined) throw new Error(`${fileName} can't be parsed: ${error.message}`);
  const found: ModuleImport[] = [];
  const take = (node: Node, named: Node | null | undefined, read = textOf): void => {
    found.push({ specifier: read(named), line: source.slice(0, node.start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: (node) => take(node, node.source),
    ExportAllDeclaration: (node) => take(node, node.source),
    ExportNamedDeclaration: (node) => node.source !== null && take(node, node.source),
    ImportExpression: (node) => take(node, node.source),
    TSImportType: (node) => take(node, node.source),
    TSExternalModuleReference: (node) => take(node, node.expression),
    CallExpression: (node) => {
      if (isResolver(node.callee)) take(node, node.arguments[0]);
      const path = joinedPath(node);
      if (path !== undefined) take(node, node, () => path);
    },
    NewExpression: (node) => isUrlOfModule(node) && take(node, node.arguments[0], urlText),
  }).visit(program);
  return found;
}

/** The text of a string or a template. For a template that starts with a path before an expression, that path. */
function textOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral') return undefined;
  const start = node.quasis[0]?.value.cooked ?? '';
  return node.expressions.length === 0 || start.startsWith('.') ? start : undefined;
}

/** Makes the path in a URL relative to the module. It may come with or without a leading dot. */
function urlText(node: Node | null | undefined): string | undefined {
  const text = textOf(node);
  return text === undefined || /^([./]|[a-z]+:)/.test(text) ? text : `./${text}`;
}

/** `require`, `require.resolve`, `import.meta.resolve`, `createRequire(…)`. */
function isResolver(callee: Node): boolean {
  if (callee.type === 'Identifier') return callee.name === 'require';
  if (callee.type === 'CallExpression')
    return callee.callee.type === 'Identifier' && callee.callee.name === 'createRequire';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || callee.property.name !== 'resolve')
    return false;
  return (
    callee.object.type === 'MetaProperty' || (callee.object.type === 'Identifier' && callee.object.name === 'require')
  );
}

/** `URL` or `globalThis.URL`, with the module as its base, or of a text that can only be a path or a file. */
function isUrlOfModule({ callee, arguments: [text, base] }: Extract<Node, { type: 'NewExpression' }>): boolean {
  return nameOf(callee) === 'URL' && (isOfModule(base) || /^(\.|file:)/.test(textOf(text) ?? ''));
}

/** The path in `join(import.meta.dirname, '…')` or `resolve(import.meta.dirname, '…')`, relative to the module. */
function joinedPath({
  callee,
  arguments: [base, ...parts],
}: Extract<Node, { type: 'CallExpression' }>): string | undefined {
  const texts = parts.map(textOf);
  if (!['join', 'resolve'].includes(nameOf(callee) ?? '') || !isOfModule(base) || texts.includes(undefined))
    return undefined;
  return `./${posix.join(...texts.map((text) => text ?? ''))}`;
}

/** `import.meta.url`, `import.meta.dirname`, … */
function isOfModule(node: Node | undefined): boolean {
  return node?.type === 'MemberExpression' && node.object.type === 'MetaProperty';
}

/** The name of a variable, or of the property in `a.name`. */
function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' && node.property.type === 'Identifier' ? node.property.name : undefined;
}
