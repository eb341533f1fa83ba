import { fileURLToPath } from 'node:url';
import { OURS } from './own-modules.ts';

const OURS_PATH = fileURLToPath(OURS);

/** The lines of a stack that are frames. */
export function framesOf(stack: string): string[] {
  return stack.split('\n').filter((line) => /^\s*at /.test(line));
}

/** Is the frame in a file of the user: not in a package, in Node or in gridrun? */
export function isUserFrame(frame: string): boolean {
  return /:\d+\)?$/.test(frame) && !/node_modules[\\/]|\bnode:|<anonymous>:\d/.test(frame) && !isOwnFrame(frame);
}

/** Is the frame in gridrun's own code? */
export function isOwnFrame(frame: string): boolean {
  return frame.includes(OURS) || frame.includes(OURS_PATH);
}
