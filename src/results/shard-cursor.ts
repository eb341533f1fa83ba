import type { RunEvent, RunStarted, SitesPlanned } from '../core/event.ts';
import { GridrunError, makeFault, type Fault } from '../core/fault.ts';
import { judge } from '../core/judge.ts';
import type { Site } from '../core/site.ts';

/** The events of one shard, as `replay` gives them. */
export interface ShardEvents {
  readonly path: string;
  readonly header: RunStarted;
  readonly finished: boolean;
  readonly events: AsyncIterable<RunEvent> | Iterable<RunEvent>;
}

/** A planned site and its place in the list. */
export interface PlacedSite {
  readonly site: Site;
  readonly place: number;
}

/** A shard, read up to its next event. */
export class ShardCursor {
  readonly shard: ShardEvents;
  readonly planned: PlacedSite[] = [];
  /** The next event; undefined at the end. */
  head: RunEvent | undefined;
  /** Why the rest of the journal could not be read. */
  fault: Fault | undefined;
  /** The sites without an attempt and a verdict so far. */
  readonly #unreached = new Map<string, Site>();
  readonly #events: AsyncIterator<RunEvent> | Iterator<RunEvent>;

  private constructor(shard: ShardEvents) {
    this.shard = shard;
    const { events } = shard;
    this.#events = Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]();
  }

  /** Opens a shard and reads all that was planned. */
  static async open(shard: ShardEvents): Promise<ShardCursor> {
    const cursor = new ShardCursor(shard);
    await cursor.advance();
    while (cursor.head?.type === 'run-started' || cursor.head?.type === 'sites-planned') {
      if (cursor.head.type === 'sites-planned') cursor.#plan(cursor.head);
      await cursor.advance();
    }
    return cursor;
  }

  /** Reads the next event. Keeps a refusal of the journal as `fault`; throws any other error. */
  async advance(): Promise<void> {
    try {
      const next = await this.#events.next();
      this.head = next.done === true ? undefined : next.value;
    } catch (error) {
      if (!(error instanceof GridrunError)) throw error;
      this.head = undefined;
      const message = `${error.message}; no report has what follows`;
      this.fault = makeFault('merge.unreadable', message, { hint: error.hint });
    }
  }

  /** Notes that the shard reached the site of this event. */
  leave(event: RunEvent | undefined): void {
    if (event?.type === 'site-judged') this.#unreached.delete(event.verdict.siteId);
    if (event?.type === 'attempt-ended') this.#unreached.delete(event.attempt.siteId);
  }

  /** `not-run` verdicts for the sites that the shard did not reach, or that a damaged journal does not show. The reason is this shard's, not that of another. */
  *unreached(at: number): Generator<RunEvent> {
    if (this.shard.finished && this.fault === undefined) return;
    const { checks, shard } = this.shard.header;
    const why = this.fault === undefined ? 'was cut off before it' : 'has a damaged journal, which does not show it';
    const planned = checks.map(({ title }) => title);
    for (const [siteId, { skip }] of this.#unreached) {
      const notRun = { text: `shard ${shard.index}/${shard.total} ${why}` };
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
    // A journal without places comes from a run with one shard, or from an older gridrun. Its sites stay together.
    for (const [at, site] of sites.entries()) {
      this.planned.push({ site, place: indexes?.[at] ?? Number.MAX_SAFE_INTEGER });
      this.#unreached.set(site.id, site);
    }
  }
}
