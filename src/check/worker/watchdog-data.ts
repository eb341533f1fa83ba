/** What a worker passes to the thread of its watchdog. */
export interface WatchdogData {
  /** An Int32 that the event loop counts up. */
  readonly beats: SharedArrayBuffer;
  readonly stallLimitMs: number;
}

/** The registered symbol under which the watchdog finds a function of the worker that names the running code. */
export const CURRENT_CODE_QUERY = 'gridrun.whose';
