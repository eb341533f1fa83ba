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
 * `require`, `require.resolve`, `import.meta.resolve`, and `new URL('…', import.meta.url)`, which starts child processes
 * and worker threads. Throws if the file cannot be parsed.
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
    CallExpression: (node) => isResolver(node.callee) && take(node, node.arguments[0]),
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

function isUrlOfModule(node: Extract<Node, { type: 'NewExpression' }>): boolean {
  const base = node.arguments[1];
  const isUrl = node.callee.type === 'Identifier' && node.callee.name === 'URL';
  return isUrl && base?.type === 'MemberExpression' && base.object.type === 'MetaProperty';
}
