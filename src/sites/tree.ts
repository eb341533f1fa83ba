import { nearest } from '../text/nearest.ts';
import type { Environment } from './builder.ts';
import { ListBuilder } from './builder.ts';
import type { Path } from './entry.ts';
import { typeName } from './entry.ts';

/** Reads a list that was parsed as a whole: an array, an object with an array in `sites`, or a single entry. */
export function addTree(root: unknown, placeOf: (path: Path) => string, environment: Environment): ListBuilder {
  const isObject = typeof root === 'object' && root !== null && !Array.isArray(root);
  const prefix: Path = isObject && 'sites' in root ? ['sites'] : [];
  const entries = isObject && 'sites' in root ? root.sites : isObject && 'url' in root ? [root] : root;
  const isSingle = isObject && prefix.length === 0;
  const inside = (index: number, path: Path): string => placeOf([...prefix, ...(isSingle ? [] : [index]), ...path]);
  const builder = new ListBuilder({ entry: (index) => inside(index, []), inside }, environment);
  if (!Array.isArray(entries)) {
    const meant = isObject ? Object.keys(root).find((key) => nearest(key, ['sites']) !== undefined) : undefined;
    const hint = meant === undefined || prefix.length > 0 ? '' : `; did you mean "sites" for "${meant}"?`;
    builder.wrong(
      `${placeOf(prefix)}: the list must be an array of sites, or an object with such an array in "sites"; this is ${typeName(entries)}${hint}`,
    );
    return builder;
  }
  for (const [index, entry] of entries.entries()) {
    if (builder.isFull) break;
    builder.addEntry(entry, index);
  }
  return builder;
}
