const LEAST_NODE = 24;

/** Why this Node can't run gridrun; none where it can. */
export function nodeMistake(version: string): string | undefined {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  if (major >= LEAST_NODE) return undefined;
  return `gridrun needs Node ${LEAST_NODE} or newer, and this is ${version}. Install it, or add the npm package \`node@${LEAST_NODE}\` as a dev dependency: npm scripts then run with it.`;
}
