const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command that cleans up after itself if it is interrupted. `what` says what it does then. The first Ctrl-C, SIGTERM or SIGHUP aborts its
 * signal, the second ends the process at once.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  what = 'Stopping: removing what was started.',
): Promise<T> {
  const stop = new AbortController();
  const interrupted = (): void => {
    forget();
    process.stderr.write(`${what} Press Ctrl-C again to end at once.\n`);
    stop.abort();
  };
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    return await work(stop.signal);
  } finally {
    forget();
  }
}
