import { majorOf, MIN_NODE_MAJOR } from '../core/node-version.ts';

/** Why this version of Node can't run gridrun, or undefined if it can. */
export function nodeMistake(version: string): string | undefined {
  if (majorOf(version) >= MIN_NODE_MAJOR) return undefined;
  return `gridrun needs Node ${MIN_NODE_MAJOR} or newer; this is ${version}. Install it, or add the npm package \`node@${MIN_NODE_MAJOR}\` as a dev dependency: npm scripts then use it.`;
}
