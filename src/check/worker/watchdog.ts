import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { laneContext } from './attempt-context.ts';
import { CURRENT_CODE_QUERY, type StallReport } from '../protocol.ts';

const BEAT_MS = 100;

export interface WatchdogData {
  readonly beats: SharedArrayBuffer;
  readonly stallLimitMs: number;
}

/**
 * Watches from a thread of its own that the event loop turns. An endless loop in a check would hold every lane of
 * the worker: where the loop stands still for longer than the limit, the watchdog reads off whose code it stands in and
 * tells the parent. Resolves when it watches: a thread that starts needs the very loop that it is to watch.
 */
export async function startWatchdog(stallLimitMs: number): Promise<void> {
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const whose = (): Omit<StallReport, 'where'> => {
    const store = laneContext.getStore();
    return { attemptId: store?.run?.attemptId ?? null, check: store?.check ?? '' };
  };
  // Called through the inspector while everything else in this thread stands still.
  Object.defineProperty(globalThis, Symbol.for(CURRENT_CODE_QUERY), { value: () => JSON.stringify(whose()) });
  const data: WatchdogData = { beats, stallLimitMs };
  const worker = new Worker(new URL(`./watchdog-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: data,
    execArgv: [],
  });
  setInterval(() => Atomics.add(counter, 0, 1), BEAT_MS).unref();
  await once(worker, 'message');
  worker.unref();
}
