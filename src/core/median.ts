/** The number in the middle, or the mean of the two in the middle. Throws RangeError if there is no number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('cannot take the median of no numbers');
  return (low + high) / 2;
}
