import { distance } from 'fastest-levenshtein';

/** The known word that a mistyped one most likely means; undefined if none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }));
  const best = ranked.toSorted((a, b) => a.far - b.far)[0];
  if (best === undefined) return undefined;
  // Nearly every short word is two letters away from a short one. Two letters in the wrong order are one mistake.
  const limit = Math.max(1, Math.floor(word.length / 3));
  return best.far <= limit || lettersOf(word) === lettersOf(best.candidate) ? best.candidate : undefined;
}

function lettersOf(word: string): string {
  return Array.from(word.toLowerCase()).sort().join('');
}
