/** A number of things in words: `1 node`, `2 nodes`. Pure. */
export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
