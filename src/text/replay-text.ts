import { countOf } from '../core/count-of.ts';
import type { ReplayRecord } from '../core/replay-record.ts';

const MAX_SHOWN = 3;

/** What a replay asked of a recording: `34 requests from the recording, 2 not in it: script https://…, image https://…`. */
export function replayText({ hits, misses }: ReplayRecord): string {
  const found = `${countOf(hits, 'request')} from the recording`;
  if (misses.length === 0) return found;
  const shown = misses.slice(0, MAX_SHOWN).map(({ kind, url }) => `${kind} ${url}`);
  const more = misses.length > MAX_SHOWN ? `, and ${misses.length - MAX_SHOWN} more` : '';
  return `${found}, ${misses.length} not in it: ${shown.join(', ')}${more}`;
}
