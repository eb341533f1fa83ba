import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { setInterval } from '../../os/real-timers.ts';
import type { StallReport } from '../protocol.ts';
import { laneContext } from './attempt-context.ts';
import { CURRENT_CODE_QUERY, type WatchdogData } from './watchdog-data.ts';

const BEAT_MS = 100;
/** Taken before a check can replace them. */
const { add, store } = Atomics;

/**
 * Watches from a thread of its own that the event loop turns. An endless loop in a check would hold every lane of the
 * worker. When the loop stands still for longer than the limit, the watchdog finds out whose code it is in and reports
 * that to the parent. Resolves when the watchdog runs: starting a thread needs the event loop that it is to watch.
 */
export async function startWatchdog(stallLimitMs: number, stalledMs: () => number): Promise<void> {
  const beats = new SharedArrayBuffer(8);
  const counter = new Int32Array(beats);
  const whose = (): Omit<StallReport, 'where'> => {
    const store = laneContext.getStore();
    return { attemptId: store?.attempt?.attemptId ?? null, check: store?.check ?? '' };
  };
  // The watchdog calls this through the inspector, while everything else in this thread stands still.
  Object.defineProperty(globalThis, Symbol.for(CURRENT_CODE_QUERY), { value: () => JSON.stringify(whose()) });
  const data: WatchdogData = { beats, stallLimitMs };
  const thread = new Worker(new URL(`./watchdog-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: data,
    execArgv: [],
  });
  setInterval(() => {
    store(counter, 1, stalledMs());
    add(counter, 0, 1);
  }, BEAT_MS).unref();
  await once(thread, 'message');
  thread.unref();
}
