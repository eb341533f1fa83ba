import { dirname, extname } from 'node:path';

/** `src/` in a checkout, `dist/` in the package: what is below it is gridrun's. */
export const OURS = `${dirname(dirname(import.meta.url))}/`;

const ENDING = extname(import.meta.url);

/** What a user's file imports of gridrun, wherever the file lies: `npx gridrun` needs no package beside it. */
export const OWN_MODULES: Readonly<Record<string, string>> = {
  gridrun: `${OURS}index${ENDING}`,
  'gridrun/check': `${OURS}check/api${ENDING}`,
};
