/** A site of the list: how often one load of one check fails by itself. */
export interface NoisySite {
  readonly id: string;
  readonly rate: number;
}

/** How many sites have each rate: most never fail, some fail often. */
const GROUPS = [
  { count: 450, rate: 0 },
  { count: 450, rate: 1 / 500 },
  { count: 60, rate: 1 / 20 },
  { count: 30, rate: 1 / 5 },
  { count: 10, rate: 2 / 5 },
] as const;

/** 1,000 sites. */
export const LIST: readonly NoisySite[] = GROUPS.flatMap(({ count, rate }) =>
  Array.from({ length: count }, () => rate),
).map((rate, index) => ({ id: `s${index}`, rate }));

/** Random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Some sites of the list, chosen at random. */
export function chosen(count: number, random: () => number, from: readonly NoisySite[] = LIST): Set<string> {
  const ids = new Set<string>();
  while (ids.size < Math.min(count, from.length)) ids.add(from[Math.floor(random() * from.length)]!.id);
  return ids;
}
