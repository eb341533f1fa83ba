import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';

/** A value in a manifest, and its line. */
export interface Place {
  readonly value: unknown;
  /** For example `manifest.json:3`. */
  readonly line: string;
}

/** A parsed manifest that knows the line of each value. */
export class ManifestPage {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly #text: string;
  readonly #root: Node;

  constructor(text: string, root: Node) {
    this.#text = text;
    this.#root = root;
    this.raw = getNodeValue(root) as Record<string, unknown>;
  }

  /** The value at a path; `undefined` if there is none. */
  at(...path: readonly (string | number)[]): Place {
    const node = findNodeAtLocation(this.#root, [...path]);
    return { value: node === undefined ? undefined : getNodeValue(node), line: this.#lineOf(node) };
  }

  /** Every value that a pattern matches, with its path. In a pattern, `*` is every key or every item. */
  matches(pattern: readonly string[]): (Place & { readonly path: string })[] {
    const walk = (node: Node, rest: readonly string[], path: string): (Place & { path: string })[] => {
      const [step, ...later] = rest;
      if (step === undefined) return [{ value: getNodeValue(node), line: this.#lineOf(node), path }];
      if (node.type === 'array')
        return step === '*'
          ? (node.children ?? []).flatMap((item, index) => walk(item, later, `${path}[${index}]`))
          : [];
      if (node.type !== 'object') return [];
      return (node.children ?? []).flatMap((property) => {
        const [key, value] = property.children ?? [];
        const name = key?.value as string;
        return value === undefined || (step !== '*' && step !== name)
          ? []
          : walk(value, later, path === '' ? name : `${path}.${name}`);
      });
    };
    return walk(this.#root, pattern, '');
  }

  #lineOf(node: Node | undefined): string {
    return `manifest.json:${placeOf(this.#text, node?.offset ?? 0).line}`;
  }
}

/** The line and the column of an offset, both from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The file that a path in a manifest means. The path starts at the extension's root and may have a query. */
export function fileNamed(path: string): string {
  return path.replace(/[?#].*$/, '').replace(/^(\.?\/)+/, '');
}
