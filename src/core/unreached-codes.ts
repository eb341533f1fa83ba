import type { ErrorCode } from './error-codes.ts';

/** Faults of a site that the browser could not reach. A network that is down makes them too. */
export const UNREACHED_CODES = [
  'site.connection-lost',
  'site.dns',
  'site.no-answer',
  'site.refused',
  'site.tls',
  'site.unreachable',
] as const satisfies readonly ErrorCode[];
