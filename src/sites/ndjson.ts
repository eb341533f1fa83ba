import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { Environment } from './builder.ts';
import { ListBuilder } from './builder.ts';
import type { Content } from './content.ts';
import { eachLine } from './content.ts';
import type { Path } from './entry.ts';
import { pathText, syntaxMistakes } from './json.ts';

/** Reads one JSON string or object per line. Skips empty lines and lines that start with `#`. */
export async function readNdjson(content: Content, environment: Environment): Promise<ListBuilder> {
  let current = '';
  const at = (line: number, column: number): string => `${content.name}:${line}:${column}`;
  const builder = new ListBuilder(
    {
      entry: (line) => at(line, 1),
      inside: (line, path) => `${at(line, columnOf(current, path))}${path.length === 0 ? '' : ` ${pathText(path)}`}`,
    },
    environment,
  );
  await eachLine(content.chunks, (line, number) => {
    if (/^\s*(?:#|$)/.test(line)) return true;
    current = line;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      const [mistake] = syntaxMistakes(line);
      builder.wrong(`${at(number, (mistake?.offset ?? 0) + 1)}: ${mistake?.text ?? 'this line is not JSON'}`);
      return !builder.isFull;
    }
    builder.addEntry(value, number);
    return !builder.isFull;
  });
  return builder;
}

function columnOf(line: string, path: Path): number {
  const root = parseTree(line);
  const node = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  return (node?.parent?.type === 'property' ? node.parent.offset : (node?.offset ?? 0)) + 1;
}
