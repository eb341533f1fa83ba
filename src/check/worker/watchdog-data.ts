/** What a worker passes to the thread of its watchdog. */
export interface WatchdogData {
  /** Two Int32: one that the event loop counts up, and for how many ms the loop has stood still by then. */
  readonly beats: SharedArrayBuffer;
  readonly stallLimitMs: number;
}

/** The registered symbol under which the watchdog finds a function of the worker that names the running code. */
export const CURRENT_CODE_QUERY = 'gridrun.whose';
