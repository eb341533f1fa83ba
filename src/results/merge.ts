import { SCHEMA_VERSION, type RunEnded, type RunEvent, type RunStarted, type SitesPlanned } from '../core/event.ts';
import { GridrunError, makeFault, type Fault } from '../core/fault.ts';
import type { Site } from '../core/site.ts';
import { judge } from '../core/judge.ts';

/** So many sites in one line of the journal. */
const SITES_IN_A_BATCH = 500;

/** The events of one shard, as `replay` gives them. */
export interface ShardEvents {
  readonly path: string;
  readonly header: RunStarted;
  readonly finished: boolean;
  readonly events: AsyncIterable<RunEvent> | Iterable<RunEvent>;
}

/**
 * The journal of one run that did what all these shards did: one header, the sites in the order of the list, then
 * everything by its time, and one end. Slots and units get numbers of their own. It depends on the shards alone, not
 * on their order, and holds one event of each at a time.
 * @param faults what is wrong with the shards; the end of the run names them
 */
export async function* mergeShards(
  given: readonly ShardEvents[],
  faults: readonly Fault[],
  gridrun: string,
): AsyncGenerator<RunEvent, void, void> {
  const shards = given.toSorted((a, b) => a.header.shard.index - b.header.shard.index);
  const cursors = await Promise.all(shards.map((shard) => Cursor.open(shard)));
  try {
    const planned = cursors.flatMap((cursor) => cursor.planned).toSorted((a, b) => a.place - b.place);
    const startedAt = Math.min(...shards.map(({ header }) => header.at));
    yield headerOf(
      shards.map(({ header }) => header),
      startedAt,
      planned.length,
      gridrun,
    );
    for (let start = 0; start < planned.length; start += SITES_IN_A_BATCH) {
      yield {
        type: 'sites-planned',
        at: startedAt,
        sites: planned.slice(start, start + SITES_IN_A_BATCH).map(({ site }) => site),
      };
    }
    const whole = new WholeRun();
    for (let next = earliest(cursors); next !== undefined; next = earliest(cursors)) {
      const { head } = next;
      next.leave(head);
      await next.advance();
      const event = head === undefined ? undefined : whole.take(head, shards.indexOf(next.shard));
      if (event !== undefined) yield event;
    }
    for (const cursor of cursors) yield* cursor.unreached(whole.lastAt);
    const unread = cursors.flatMap(({ fault }) => fault ?? []);
    yield whole.end(startedAt, [...faults, ...unread]);
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

/** Of two events of one time, that of the first shard. */
function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let found: Cursor | undefined;
  for (const cursor of cursors) {
    if (cursor.head !== undefined && (found?.head === undefined || cursor.head.at < found.head.at)) found = cursor;
  }
  return found;
}

interface Planned {
  readonly site: Site;
  readonly place: number;
}

/** A shard, read up to its next event. */
class Cursor {
  readonly shard: ShardEvents;
  readonly planned: Planned[] = [];
  head: RunEvent | undefined;
  /** Why it could not be read to its end. */
  fault: Fault | undefined;
  /** Of a shard that was cut off. */
  readonly #unreached = new Map<string, Site>();
  readonly #events: AsyncIterator<RunEvent> | Iterator<RunEvent>;

  private constructor(shard: ShardEvents) {
    this.shard = shard;
    const { events } = shard;
    this.#events = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  }

  /** Reads the head of the journal: all that was planned. */
  static async open(shard: ShardEvents): Promise<Cursor> {
    const cursor = new Cursor(shard);
    await cursor.advance();
    while (cursor.head?.type === 'run-started' || cursor.head?.type === 'sites-planned') {
      if (cursor.head.type === 'sites-planned') cursor.#plan(cursor.head);
      await cursor.advance();
    }
    return cursor;
  }

  async advance(): Promise<void> {
    try {
      const next = await this.#events.next();
      this.head = next.done === true ? undefined : next.value;
    } catch (error) {
      if (!(error instanceof GridrunError)) throw error;
      this.head = undefined;
      const message = `${error.message}; what follows there is in no report`;
      this.fault = makeFault('merge.unreadable', message, { hint: error.hint });
    }
  }

  /** The site of this event needs no verdict of ours any more. */
  leave(event: RunEvent | undefined): void {
    if (this.shard.finished) return;
    if (event?.type === 'site-judged') this.#unreached.delete(event.verdict.siteId);
    if (event?.type === 'attempt-ended') this.#unreached.delete(event.attempt.siteId);
  }

  /** Verdicts of the sites that a shard which was cut off did not get to: another shard's reason to stop is not theirs. */
  *unreached(at: number): Generator<RunEvent> {
    const { checks, shard } = this.shard.header;
    const planned = checks.map(({ title }) => title);
    for (const [siteId, { skip }] of this.#unreached) {
      const notRun = { text: `shard ${shard.index}/${shard.total} was cut off before it` };
      yield {
        type: 'site-judged',
        at,
        verdict: judge({ siteId, planned, attempts: [], notRun, ...(skip === undefined ? {} : { skip }) }),
      };
    }
  }

  async close(): Promise<void> {
    await this.#events.return?.();
  }

  #plan({ sites, indexes }: SitesPlanned): void {
    // A journal without places is of one shard alone, or of an older gridrun: its sites stay together.
    for (const [at, site] of sites.entries()) {
      this.planned.push({ site, place: indexes?.[at] ?? Number.MAX_SAFE_INTEGER });
      if (!this.shard.finished) this.#unreached.set(site.id, site);
    }
  }
}

/** Makes events of many runs events of one. */
class WholeRun {
  readonly #slots = new Numbers();
  readonly #units = new Numbers();
  readonly #notices = new Set<string>();
  lastAt = 0;
  #stopped: RunEnded['stopped'] = '';
  readonly #faults: Fault[] = [];

  /** The event as the whole run has it; undefined where it has none of its own. */
  take(event: RunEvent, shard: number): RunEvent | undefined {
    this.lastAt = Math.max(this.lastAt, event.at);
    switch (event.type) {
      case 'run-ended':
        this.#end(event);
        return undefined;
      case 'run-stopping':
        // Whoever stopped one shard did not interrupt the merge: that the shard is unfinished is said at the end.
        return event.reason === 'interrupted' ? undefined : event;
      case 'notice': {
        // What every shard says is said once.
        const key = JSON.stringify([event.level, event.code, event.text]);
        if (this.#notices.has(key)) return undefined;
        this.#notices.add(key);
        return event;
      }
      case 'unit-started':
        return { ...event, slot: this.#slots.of(shard, event.slot), unit: this.#units.of(shard, event.unit) };
      default:
        return 'slot' in event ? { ...event, slot: this.#slots.of(shard, event.slot) } : event;
    }
  }

  end(startedAt: number, faults: readonly Fault[]): RunEnded {
    const at = Math.max(this.lastAt, startedAt);
    return {
      type: 'run-ended',
      at,
      durationMs: at - startedAt,
      stopped: this.#stopped,
      faults: [...this.#faults, ...faults],
    };
  }

  #end({ stopped, faults }: RunEnded): void {
    if (stopped !== 'interrupted') this.#stopped ||= stopped;
    this.#faults.push(...faults);
  }
}

/** Numbers that are unique in each shard, made unique over all: in the order in which they are first seen. */
class Numbers {
  readonly #known: Map<number, number>[] = [];
  #count = 0;

  of(shard: number, own: number): number {
    const ofShard = (this.#known[shard] ??= new Map<number, number>());
    const known = ofShard.get(own) ?? this.#count++;
    ofShard.set(own, known);
    return known;
  }
}
