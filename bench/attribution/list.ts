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

/** Some sites of the list, chosen at random. */
export function chosen(count: number, random: () => number, from: readonly NoisySite[] = LIST): Set<string> {
  const ids = new Set<string>();
  while (ids.size < Math.min(count, from.length)) ids.add(from[Math.floor(random() * from.length)]!.id);
  return ids;
}
