const MIN_NODE_MAJOR = 24;

/** Why this Node can't run gridrun; none where it can. */
export function nodeMistake(version: string): string | undefined {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  if (major >= MIN_NODE_MAJOR) return undefined;
  return `gridrun needs Node ${MIN_NODE_MAJOR} or newer, and this is ${version}. Install it, or add the npm package \`node@${MIN_NODE_MAJOR}\` as a dev dependency: npm scripts then run with it.`;
}
