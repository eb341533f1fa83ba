import { fileURLToPath } from 'node:url';
import { OURS } from './own-modules.ts';

const OURS_PATH = fileURLToPath(OURS);

/** The lines of a stack that are frames. None if a check's `Error.prepareStackTrace` makes something else than text. */
export function framesOf(stack: unknown): string[] {
  return typeof stack !== 'string' ? [] : stack.split('\n').filter((line) => /^\s*at /.test(line));
}

/** Is the frame in a file of the user: not in a package, in Node or in gridrun? */
export function isUserFrame(frame: string): boolean {
  return /:\d+\)?$/.test(frame) && !/node_modules[\\/]|\bnode:|<anonymous>:\d/.test(frame) && !isOwnFrame(frame);
}

/** Where a line of a stack points: a file's path and a line. Undefined if it points to no file. */
export function placeOf(frame: string): { readonly file: string; readonly line: number } | undefined {
  const match = /^(?:\s*at (?:async )?(?:.*?\()?)?(file:\/\/\S+?|(?:\/|[A-Za-z]:\\).+?):(\d+)(?::\d+)?\)?$/.exec(frame);
  return match === null ? undefined : { file: pathOf(match[1]!), line: Number(match[2]) };
}

/** The frame with a path instead of a file URL: `at x (/a b/c.ts:3:5)`, not `at x (file:///a%20b/c.ts:3:5)`. */
export function withPath(frame: string): string {
  return frame.replace(/file:\/\/\S+?(?=:\d+(?::\d+)?\)?$)/, pathOf);
}

function pathOf(urlOrPath: string): string {
  return urlOrPath.startsWith('file:') ? fileURLToPath(urlOrPath) : urlOrPath;
}

/** Is the frame in gridrun's own code? */
export function isOwnFrame(frame: string): boolean {
  return frame.includes(OURS) || frame.includes(OURS_PATH);
}
