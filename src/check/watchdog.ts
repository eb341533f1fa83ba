import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { laneContext } from './lane-context.ts';
import type { StallReport } from './protocol.ts';

const BEAT_MS = 100;
/** Under this name the watchdog finds, in the standing process, whose code it stands in. */
export const WHO_IS_IT = 'gridrun.whose';

export interface WatchdogData {
  readonly beats: SharedArrayBuffer;
  readonly stallLimitMs: number;
}

/**
 * Watches from a thread of its own that the event loop turns. An endless loop in a check would hold every lane of
 * the host: where the loop stands still for longer than the limit, the watchdog reads off whose code it stands in and
 * tells the parent.
 */
export function startWatchdog(stallLimitMs: number): void {
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const whose = (): Omit<StallReport, 'where'> => {
    const store = laneContext.getStore();
    return { attemptId: store?.run?.attemptId ?? null, check: store?.check ?? '' };
  };
  // Called through the inspector while everything else in this thread stands still.
  Object.defineProperty(globalThis, Symbol.for(WHO_IS_IT), { value: () => JSON.stringify(whose()) });
  const data: WatchdogData = { beats, stallLimitMs };
  const worker = new Worker(new URL(`./watchdog-thread${extname(import.meta.url)}`, import.meta.url), { workerData: data, execArgv: [] });
  worker.unref();
  setInterval(() => Atomics.add(counter, 0, 1), BEAT_MS).unref();
}
