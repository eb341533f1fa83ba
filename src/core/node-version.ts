/** The oldest Node that runs gridrun. The command checks it first, so this file must run on older versions too. */
export const MIN_NODE_MAJOR = 24;

/** The major number of a version such as `v24.1.0`. */
export function majorOf(version: string): number {
  return Number(/^v?(\d+)/.exec(version)?.[1]);
}
