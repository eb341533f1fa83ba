import type { Node, ParseError } from 'jsonc-parser';
import { findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import { LineCounter } from 'yaml';
import type { Environment } from './builder.ts';
import { ListBuilder, MAX_MISTAKES } from './builder.ts';
import type { Content } from './content.ts';
import { wholeText } from './content.ts';
import type { Path } from './entry.ts';
import { addTree } from './tree.ts';

/** Reads JSON: an array of URLs and objects, or an object with such an array in `sites`. */
export async function readJson(content: Content, environment: Environment): Promise<ListBuilder> {
  const text = await wholeText(content);
  let root: Node | undefined;
  let lines: LineCounter | undefined;
  const placeOf = (offset: number): string => {
    lines ??= linesOf(text);
    const { line, col } = lines.linePos(offset);
    return `${content.name}:${line}:${col}`;
  };
  const placeOfPath = (path: Path): string => {
    root ??= parseTree(text);
    const node = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
    const shown = node?.parent?.type === 'property' ? node.parent : node;
    return `${placeOf(shown?.offset ?? 0)} ${pathText(path)}`;
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const builder = new ListBuilder({ entry: String, inside: String }, environment);
    for (const { offset, text: wrong } of syntaxMistakes(text)) builder.wrong(`${placeOf(offset)}: ${wrong}`);
    return builder;
  }
  return addTree(value, placeOfPath, environment);
}

/** The JSON mistakes of a text, with offsets from 0. Never empty. */
export function syntaxMistakes(text: string): readonly { readonly offset: number; readonly text: string }[] {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  if (errors.length === 0) return [{ offset: 0, text: 'this is not JSON' }];
  return errors.slice(0, MAX_MISTAKES).map(({ error, offset }) => ({
    offset,
    text: `this is not JSON: ${inWords(printParseErrorCode(error))}`,
  }));
}

/** `$[3].timeoutMs` */
export function pathText(path: Path): string {
  return `$${path.map((key) => (typeof key === 'number' ? `[${key}]` : /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)).join('')}`;
}

/** Turns a parser code in camel case, such as `CommaExpected`, into words. */
function inWords(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  return lines;
}
