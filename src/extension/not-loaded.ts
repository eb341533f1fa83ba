import { GridrunError } from '../core/fault.ts';

/** The session does not have the extension, so it must not try any site. */
export function notLoaded(message: string, cause?: unknown): GridrunError {
  return new GridrunError('extension.not-loaded', message, { cause });
}

/** The worker's script threw an error when it started, or could not be parsed. */
export function workerDied(message: string): GridrunError {
  return new GridrunError('extension.worker-died', message);
}

/** This browser, or the grid in front of it, does not offer this way of loading an extension. */
export class WayClosed extends Error {}
