import fc from 'fast-check';
import type { Site } from '../../src/core/site.ts';

/** Lists of sites on few hosts, so that a host has several sites. */
export const siteLists: fc.Arbitrary<readonly Site[]> = fc
  .array(fc.record({ host: fc.integer({ min: 0, max: 12 }), path: fc.integer({ min: 0, max: 3 }) }), { maxLength: 60 })
  .map((places) =>
    places.map(({ host, path }, index) => ({ id: `s${index}`, url: `https://h${host}.example/${path}` })),
  );

/** A whole number of ms for each site, by id. There are few values, so that some are equal. */
export const weights: fc.Arbitrary<ReadonlyMap<string, number>> = fc
  .array(fc.constantFrom(1, 2, 3, 50, 1000, 90_000), { minLength: 0, maxLength: 60 })
  .map((values) => new Map(values.map((ms, index) => [`s${index}`, ms])));
