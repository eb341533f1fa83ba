import { laneContext } from '../attempt-context.ts';
import type { Change } from './process-state.ts';

/** What a load changed, and what it made of it. */
interface Patch {
  readonly before: PropertyDescriptor | undefined;
  readonly after: PropertyDescriptor | undefined;
}

/** A property that each lane has for itself. */
interface Separated {
  readonly object: object;
  readonly key: string;
  readonly name: string;
  readonly get: () => unknown;
}

/**
 * What loading the suite changes on objects that all lanes share, such as `WebElement.prototype.click`. Each lane loads the
 * suite, so the changes would lie on top of each other, and call code of another lane. Once the second load shows which
 * changes come with each load, each lane gets its own.
 */
export class LanePatches {
  readonly #first = new Map<object, Map<string, Patch>>();
  readonly #separated: Separated[] = [];
  #lane: object | undefined;

  /** The names of the properties that were each lane's own, and that a check or a load has replaced. */
  replaced(): string[] {
    return this.#separated
      .filter(({ object, key, get }) => Object.getOwnPropertyDescriptor(object, key)?.get !== get)
      .map(({ name }) => name);
  }

  /** Notes what the first lane's load changed. */
  note(lane: object, changes: readonly Change[]): void {
    this.#lane = lane;
    for (const { object, key, before } of changes) {
      const ofObject = this.#first.get(object) ?? new Map<string, Patch>();
      this.#first.set(object, ofObject.set(key, { before, after: Object.getOwnPropertyDescriptor(object, key) }));
    }
  }

  /**
   * Gives each lane its own value of these properties, which a second load has changed again. Lanes that load from now on find
   * what was there before any lane. Returns the changes for which that is not known.
   */
  separate(changes: readonly Change[]): Change[] {
    return changes.filter((change) => {
      const { object, key, name } = change;
      const patch = this.#first.get(object)?.get(key);
      if (this.#lane === undefined || patch?.after === undefined || !('value' in patch.after)) return true;
      if (patch.before !== undefined && !('value' in patch.before)) return true;
      const values = new WeakMap<object, unknown>([[this.#lane, patch.after.value]]);
      const property = perLane(change, values, patch);
      if (!Reflect.defineProperty(object, key, property)) return true;
      this.#separated.push({ object, key, name, get: property.get });
      return false;
    });
  }
}

/** A property whose value depends on the lane that reads it. */
function perLane({ object, key }: Change, values: WeakMap<object, unknown>, patch: Patch) {
  let base: unknown = patch.before?.value;
  return {
    configurable: true,
    enumerable: patch.after?.enumerable ?? false,
    get: (): unknown => {
      const lane = laneContext.getStore()?.lane;
      return lane !== undefined && values.has(lane) ? values.get(lane) : base;
    },
    set(this: unknown, value: unknown): void {
      // A write to an object that only inherits the property makes a property of its own.
      if (this !== object && this !== undefined) {
        const own = { value, writable: true, enumerable: true, configurable: true };
        Reflect.defineProperty(this as object, key, own);
        return;
      }
      const lane = laneContext.getStore()?.lane;
      if (lane === undefined) base = value;
      else values.set(lane, value);
    },
  };
}
