import { Visitor, parseSync, type Node } from 'oxc-parser';

/** One place where a module names another. */
export interface ModuleImport {
  /** As it is written; none where it is computed. */
  readonly specifier: string | undefined;
  /** From 1. */
  readonly line: number;
}

/**
 * Every module that a source file names: static and dynamic imports, re-exports, types of `import type` and
 * `import('…')`, `require`, `require.resolve`, `import.meta.resolve`, and `new URL('…', import.meta.url)`, which is how
 * a child process or a worker is started. Throws where the file can't be parsed.
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

/** The text of a string or a template; of one that begins with a path and goes on with an expression, the beginning. */
function textOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral') return undefined;
  const start = node.quasis[0]?.value.cooked ?? '';
  return node.expressions.length === 0 || start.startsWith('.') ? start : undefined;
}

/** A URL's text is a path from the module, with or without a dot before it. */
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
