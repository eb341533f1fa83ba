import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type * as z from 'zod';
import { refusal } from '../core/fault.ts';
import { nearest } from '../text/nearest.ts';
import { ENTRY, keyOf, KEYS, WANTED, type Expectation } from './expectation.ts';
import { withoutBom } from '../text/without-bom.ts';

/** A file of expectations, with the YAML document that it was read from. */
export interface ExpectationsFile {
  readonly name: string;
  readonly document: Document;
  /** In the order of the file. */
  readonly expectations: readonly Expectation[];
}

/** Reads `--expectations`. Throws a refusal with every mistake and its line. */
export async function readExpectations(file: string, cwd: string): Promise<ExpectationsFile> {
  return parseExpectations(await readExpectationsText(file, cwd), file);
}

/** The text of a file of expectations. Throws a refusal that says why it cannot be read. */
export async function readExpectationsText(file: string, cwd: string): Promise<string> {
  try {
    return withoutBom(await readFile(resolve(cwd, file), 'utf8'));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw refusal('expectations.file', `cannot read the known failures in ${file}: ${why}`, {
      hint: 'create the file from a run: gridrun expectations update',
    });
  }
}

/** Reads a list of expectations from YAML or JSON. Throws a refusal with every mistake and its line. */
export function parseExpectations(text: string, name: string): ExpectationsFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const syntax = document.errors.map((error) => `${at(error.pos[0])}: not valid YAML or JSON: ${error.message}`);
  if (syntax.length > 0) throw wrong(name, syntax);
  const root = valueOf(document, name);
  if (root === null || root === undefined) return { name, document, expectations: [] };
  if (!Array.isArray(root))
    throw wrong(name, [
      `${at(offsetOf(document, []))}: the file must hold a list of known failures, each with site, reason, owner and until`,
    ]);
  const mistakes: string[] = [];
  const expectations: Expectation[] = [];
  const seen = new Map<string, number>();
  for (const [index, entry] of root.entries()) {
    const parsed = ENTRY.safeParse(entry);
    const place = (path: readonly PropertyKey[]): string => at(offsetOf(document, [index, ...path]));
    if (!parsed.success) {
      mistakes.push(...parsed.error.issues.flatMap((issue) => mistakesOf(issue, place)));
      continue;
    }
    const key = keyOf(parsed.data);
    const first = seen.get(key);
    if (first !== undefined)
      mistakes.push(
        `${place([])}: same site, check and condition as ${at(offsetOf(document, [first]))}; keep one of them`,
      );
    else seen.set(key, index);
    expectations.push(parsed.data);
  }
  if (mistakes.length > 0) throw wrong(name, mistakes);
  return { name, document, expectations };
}

function wrong(name: string, mistakes: readonly string[]): Error {
  return refusal('expectations.wrong', `the known failures in ${name} are not valid`, { mistakes });
}

function valueOf(document: Document, name: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw wrong(name, [`${name}:1:1: cannot read this YAML: ${(error as Error).message}`]);
  }
}

function mistakesOf(issue: z.core.$ZodIssue, place: (path: readonly PropertyKey[]) => string): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = nearest(key, KEYS);
      return `${place([...issue.path, key])}: an expectation has no ${JSON.stringify(key)}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    });
  }
  const where = issue.path.join('.');
  const what = issue.path.length === 0 ? 'this' : where;
  return [`${place(issue.path)}: ${what} is missing or wrong; expected ${WANTED[where] ?? 'something else'}`];
}

/** The offset of a value in the document, or of its nearest parent if it has none. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => (isScalar(key) ? key.value : key) === step) : undefined;
    // Show the place of the key, because the value may be empty.
    if (isScalar(pair?.key) && pair.key.range) offset = pair.key.range[0];
    node = isSeq(node) ? node.items[Number(step)] : pair?.value;
    if (pair === undefined && isNode(node) && node.range) offset = node.range[0];
    if (node === undefined) break;
  }
  return offset;
}
