const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command that cleans up after itself if it is interrupted. The first Ctrl-C, SIGTERM or SIGHUP aborts its
 * signal, the second ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupted = (): void => {
    forget();
    process.stderr.write('Stopping: removing what was started. Press Ctrl-C again to end at once.\n');
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
