import { withResolvers } from '../os/real-builtins.ts';

/**
 * Waits for `work`, or rejects with the signal's reason as soon as the signal aborts. For work that does not watch
 * signals itself: it goes on, but its result is dropped.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // The loser of the race may reject later, when nobody listens to it.
    work.catch(() => {});
    promise.catch(() => {});
  }
}
