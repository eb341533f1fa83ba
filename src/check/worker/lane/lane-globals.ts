import { laneContext } from '../attempt-context.ts';

/** What mocha's interface writes to `globalThis` for each file. */
const NAMES = [
  'describe',
  'context',
  'xdescribe',
  'xcontext',
  'it',
  'specify',
  'xit',
  'xspecify',
  'before',
  'after',
  'beforeEach',
  'afterEach',
  'run',
] as const;

/** One lane's `describe`, `it` and so on. */
export type LaneGlobals = Record<string, unknown>;

const byLane = new WeakMap<object, LaneGlobals>();
/** For code that belongs to no lane. */
let newest: LaneGlobals = {};

/**
 * Gives each lane its own `describe`, `it` and hooks, although they are globals: a read or a write goes to those of the
 * lane that the code belongs to. Otherwise every lane would use those of the lane that was loaded last. Call this once.
 */
export function installLaneGlobals(): void {
  for (const name of NAMES) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: true,
      get: () => ofRunningLane()[name],
      set: (value: unknown) => {
        ofRunningLane()[name] = value;
      },
    });
  }
}

/** The globals of a new lane. They are empty until mocha fills them. */
export function makeLaneGlobals(lane: object): LaneGlobals {
  newest = {};
  byLane.set(lane, newest);
  return newest;
}

function ofRunningLane(): LaneGlobals {
  const lane = laneContext.getStore()?.lane;
  return (lane === undefined ? undefined : byLane.get(lane)) ?? newest;
}
