import { countOf } from '../../core/count-of.ts';
import type { RunState } from '../../core/run-state.ts';

/** What a replay asked of its recordings. No lines for a run on live sites. */
export function replayLines(state: RunState): string[] {
  const records = [...state.sites()].flatMap(({ verdict }) => verdict.replay ?? []);
  if (records.length === 0) return [];
  const hits = records.reduce((sum, record) => sum + record.hits, 0);
  const incomplete = records.filter(({ misses }) => misses.length > 0);
  const missed = incomplete.reduce((sum, { misses }) => sum + misses.length, 0);
  const lacking = missed === 0 ? '' : `, ${missed} not in it on ${countOf(incomplete.length, 'site')}`;
  return ['', `replay: ${countOf(hits, 'request')} from the recording${lacking}; nothing was sent to the network`];
}
