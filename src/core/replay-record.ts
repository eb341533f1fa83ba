/** What an attempt of a replay asked of its recording. */
export interface ReplayRecord {
  /** How many requests the recording answered. */
  readonly hits: number;
  /** The requests that it could not answer, each once, in order; at most 200. */
  readonly misses: readonly ReplayMiss[];
}

/** A request that the recording could not answer. */
export interface ReplayMiss {
  readonly url: string;
  readonly kind: RequestKind;
}

/** What a request was for. A frame is a document too, and a worker is a script. */
export type RequestKind =
  'document' | 'script' | 'style' | 'image' | 'font' | 'media' | 'fetch' | 'websocket' | 'other';

/** The list of an attempt's misses ends here. */
export const MAX_MISSES = 200;

/** Without one of these a page is not the page that was recorded, so no check can say anything about it. */
const NEEDED: readonly RequestKind[] = ['document', 'script', 'style'];

/** Does the page need it to be the page that was recorded? */
export function isNeeded({ kind }: ReplayMiss): boolean {
  return NEEDED.includes(kind);
}

/** The misses without which the page is another page. */
export function neededMisses({ misses }: ReplayRecord): ReplayMiss[] {
  return misses.filter(isNeeded);
}

/** The records of several attempts as one: the sum of the hits, and each miss once. Undefined if there are none. */
export function joinRecords(records: readonly ReplayRecord[]): ReplayRecord | undefined {
  if (records.length === 0) return undefined;
  const misses = new Map(records.flatMap((record) => record.misses).map((miss) => [`${miss.kind} ${miss.url}`, miss]));
  return {
    hits: records.reduce((sum, { hits }) => sum + hits, 0),
    misses: [...misses.values()].slice(0, MAX_MISSES),
  };
}
