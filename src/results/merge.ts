import { SCHEMA_VERSION, type RunEvent, type RunStarted } from '../core/event.ts';
import type { Fault } from '../core/fault.ts';
import { MergedRun } from './merged-run.ts';
import { ShardCursor, type ShardEvents } from './shard-cursor.ts';
import { sitesPlanned } from './sites-planned.ts';

/**
 * The events of one run that did what all these shards did: one header, the sites in the order of the list, then every
 * event by its time, and one end. The result does not depend on the order of the shards. Holds one event of each shard
 * in memory.
 * @param faults what is wrong with the shards; the last event has them
 * @param gridrun the version that merges
 */
export async function* mergeShards(
  given: readonly ShardEvents[],
  faults: readonly Fault[],
  gridrun: string,
): AsyncGenerator<RunEvent, void, void> {
  const shards = given.toSorted((a, b) => a.header.shard.index - b.header.shard.index);
  const cursors = await Promise.all(shards.map((shard) => ShardCursor.open(shard)));
  try {
    const planned = cursors.flatMap((cursor) => cursor.planned).toSorted((a, b) => a.place - b.place);
    const startedAt = Math.min(...shards.map(({ header }) => header.at));
    yield headerOf(
      shards.map(({ header }) => header),
      startedAt,
      planned.length,
      gridrun,
    );
    for (const event of sitesPlanned(planned.map(({ site }) => site))) yield { at: startedAt, ...event };
    const merged = new MergedRun();
    for (let next = earliest(cursors); next !== undefined; next = earliest(cursors)) {
      const { head } = next;
      next.leave(head);
      await next.advance();
      const event = head === undefined ? undefined : merged.take(head, shards.indexOf(next.shard));
      if (event !== undefined) yield event;
    }
    for (const cursor of cursors) yield* cursor.unreached(merged.lastAt);
    const unread = cursors.flatMap(({ fault }) => fault ?? []);
    yield merged.end(startedAt, [...faults, ...unread]);
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

function headerOf(headers: readonly RunStarted[], at: number, siteCount: number, gridrun: string): RunStarted {
  const [first] = headers;
  if (first === undefined) throw new RangeError('no shard to merge');
  const oldest = headers.toSorted((a, b) => a.at - b.at)[0] ?? first;
  const each = (word: (header: RunStarted) => string): string => [...new Set(headers.map(word))].toSorted().join(', ');
  const { resumes: _resumes, ...shared } = first;
  return {
    ...shared,
    at,
    schema: SCHEMA_VERSION,
    run: `${oldest.run}-merged`,
    gridrun,
    host: each(({ host }) => host),
    siteCount,
    shard: { index: 1, total: 1 },
    sessions: headers.reduce((sum, { sessions }) => sum + sessions, 0),
    grid: each(({ grid }) => grid),
    failOnFlaky: headers.some(({ failOnFlaky }) => failOnFlaky === true),
  };
}

/** The cursor with the earliest event; at equal times, that of the first shard. */
function earliest(cursors: readonly ShardCursor[]): ShardCursor | undefined {
  let found: ShardCursor | undefined;
  for (const cursor of cursors) {
    if (cursor.head !== undefined && (found?.head === undefined || cursor.head.at < found.head.at)) found = cursor;
  }
  return found;
}
