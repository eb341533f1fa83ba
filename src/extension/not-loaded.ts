import { GridrunError } from '../core/fault.ts';

/** A session that does not have the extension judges no site. */
export function notLoaded(message: string, cause?: unknown): GridrunError {
  return new GridrunError('extension.not-loaded', message, { cause });
}

/** The worker's script threw, or could not be parsed, when it was started. */
export function workerDied(message: string): GridrunError {
  return new GridrunError('extension.worker-died', message);
}

/** This browser, or what stands before it, does not offer this way of loading an extension. */
export class WayClosed extends Error {}
