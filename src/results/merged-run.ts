import type { RunEnded, RunEvent } from '../core/event.ts';
import type { Fault } from '../core/fault.ts';

/** Turns the events of many shards into events of one run. Slots and units get new numbers. */
export class MergedRun {
  readonly #slots = new Numbers();
  readonly #units = new Numbers();
  readonly #notices = new Set<string>();
  /** When the newest event happened, in ms since the epoch. */
  lastAt = 0;
  #stopped: RunEnded['stopped'] = '';
  readonly #faults: Fault[] = [];

  /** The event as the merged run has it; undefined if the merged run leaves it out. */
  take(event: RunEvent, shard: number): RunEvent | undefined {
    this.lastAt = Math.max(this.lastAt, event.at);
    switch (event.type) {
      case 'run-ended':
        this.#end(event);
        return undefined;
      case 'run-stopping':
        // A person who stopped one shard did not interrupt the merge. The end of the run names the unfinished shard.
        return event.reason === 'interrupted' ? undefined : event;
      case 'notice': {
        // Keep a notice that every shard has once.
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

  /** The last event. It has the faults of the shards and those given. */
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

/** Makes the numbers of each shard unique over all shards, in the order in which they are first seen. */
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
