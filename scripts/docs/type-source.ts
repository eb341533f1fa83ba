import { parseSync } from 'oxc-parser';

/** A field of an interface, as written in the source. */
export interface Field {
  readonly name: string;
  readonly optional: boolean;
  /** Without `readonly`, on one line. */
  readonly type: string;
  /** Its doc comment as one line; empty if it has none. */
  readonly doc: string;
}

/** An exported type. */
export interface TypeSource {
  readonly name: string;
  readonly doc: string;
  /** The fields of an interface; empty for other types. */
  readonly fields: readonly Field[];
  /** The definition of any other type; empty for an interface. */
  readonly alias: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** The exported types of a TypeScript source, in order. Throws if the source cannot be parsed. */
export function typesOf(path: string, source: string): TypeSource[] {
  const { program, comments, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`cannot parse ${path}: ${errors[0]?.message}`);
  const docOf = (node: Node): string => {
    const comment = comments.findLast(({ end }) => end <= node.start && source.slice(end, node.start).trim() === '');
    if (comment === undefined || comment.type !== 'Block' || !comment.value.startsWith('*')) return '';
    return comment.value
      .slice(1)
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trim())
      .filter(Boolean)
      .join(' ');
  };
  const fieldsOf = (members: readonly Node[]): Field[] =>
    members
      .filter(({ type }) => type === 'TSPropertySignature')
      .map((member) => {
        const annotation = (member['typeAnnotation'] as Node)['typeAnnotation'] as Node;
        return {
          name: (member['key'] as { name: string }).name,
          optional: member['optional'] === true,
          type: typeText(annotation),
          doc: docOf(member),
        };
      });
  const typeText = ({ start, end }: Node): string => onOneLine(source.slice(start, end));
  return (program.body as unknown as readonly Node[]).flatMap((statement) => {
    const declared = statement['declaration'] as Node | null;
    if (statement.type !== 'ExportNamedDeclaration' || declared === null) return [];
    const name = (declared['id'] as { name?: string } | undefined)?.name ?? '';
    if (declared.type === 'TSInterfaceDeclaration')
      return [
        { name, doc: docOf(statement), fields: fieldsOf((declared['body'] as { body: Node[] }).body), alias: '' },
      ];
    if (declared.type === 'TSTypeAliasDeclaration')
      return [{ name, doc: docOf(statement), fields: [], alias: typeText(declared['typeAnnotation'] as Node) }];
    return [];
  });
}

/** The source of a type on one line, without its comments and without `readonly`. */
function onOneLine(type: string): string {
  return type
    .replaceAll('readonly ', '')
    .replaceAll(/\/\*\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^\| /, '');
}
