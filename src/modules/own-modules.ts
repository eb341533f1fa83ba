import { dirname, extname } from 'node:path';

/** The folder of gridrun's own code: `src/` in a checkout, `dist/` in the package. */
export const OURS = `${dirname(dirname(import.meta.url))}/`;

const ENDING = extname(import.meta.url);

/** gridrun's modules for users' files. With `npx gridrun` there is no package that such a file could import from. */
export const OWN_MODULES: Readonly<Record<string, string>> = {
  gridrun: `${OURS}index${ENDING}`,
  'gridrun/check': `${OURS}check/api${ENDING}`,
};
