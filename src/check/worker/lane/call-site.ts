import { fieldOf } from '../../../core/as-error.ts';
import { framesOf, isUserFrame } from '../../../modules/user-frames.ts';

/** Where code was called. Its stack is made into text only when it is read. */
export interface CallSite {
  readonly stack?: string;
}

/** Remembers the caller. Cheap enough for each command. */
export function callSite(): CallSite {
  const site = {};
  Error.captureStackTrace(site, callSite);
  return site;
}

/**
 * Adds the user's frames of a call to an error whose own stack has none, such as one that a timer made. Changes
 * nothing else about the error. Never throws.
 */
export function addCallSite(error: unknown, site: CallSite | undefined): void {
  const stack = fieldOf(error, 'stack');
  if (site === undefined || typeof stack !== 'string' || framesOf(stack).some(isUserFrame)) return;
  const frames = framesOf(site.stack ?? '').filter(isUserFrame);
  if (frames.length === 0) return;
  try {
    (error as { stack: string }).stack = [stack, ...frames].join('\n');
  } catch {
    // A frozen error stays as it is.
  }
}
