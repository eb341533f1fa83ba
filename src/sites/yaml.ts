import type { Document } from 'yaml';
import { LineCounter, isNode, isScalar, parseAllDocuments } from 'yaml';
import type { Environment } from './builder.ts';
import { ListBuilder } from './builder.ts';
import type { Content } from './content.ts';
import { wholeText } from './content.ts';
import type { Path } from './entry.ts';
import { pathText } from './json.ts';
import { addTree } from './tree.ts';

/** Reads YAML 1.2: a sequence of URLs and mappings, or a mapping with such a sequence in `sites`. */
export async function readYaml(content: Content, environment: Environment): Promise<ListBuilder> {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(await wholeText(content), {
    lineCounter,
    prettyErrors: false,
    logLevel: 'silent',
    merge: true,
  });
  const documents: readonly Document[] = Array.isArray(parsed) ? parsed : [];
  const placeOf = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${content.name}:${line}:${col}`;
  };
  const mistakes = documents.flatMap((document) =>
    document.errors.map((error) => `${placeOf(error.pos[0])}: this is not YAML: ${error.message}`),
  );
  const [document, second] = documents;
  if (second !== undefined)
    mistakes.push(
      `${placeOf(second.range?.[0] ?? 0)}: a second YAML document starts here; a site list must be one document`,
    );
  if (document === undefined || mistakes.length > 0) return refused(mistakes, environment);
  let root: unknown;
  try {
    root = document.toJS();
  } catch (error) {
    return refused(
      [`${content.name}:1:1: this is not YAML: ${error instanceof Error ? error.message : String(error)}`],
      environment,
    );
  }
  return addTree(root, (path) => `${placeOf(offsetOf(document, path))} ${pathText(path)}`, environment);
}

function refused(mistakes: readonly string[], environment: Environment): ListBuilder {
  const builder = new ListBuilder({ entry: String, inside: String }, environment);
  for (const mistake of mistakes) builder.wrong(mistake);
  return builder;
}

/** The offset of the value at a path. A value without a place, such as one in an alias, has that of its nearest parent. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if ((isNode(node) || isScalar(node)) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
