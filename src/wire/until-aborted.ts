/** What `work` comes to, or a rejection once the signal aborts: for work that does not look at signals itself. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Whoever loses the race may reject later: nobody is left to hear of it.
    work.catch(() => {});
    promise.catch(() => {});
  }
}
