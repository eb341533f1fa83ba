const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGTERM', 'SIGHUP']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/**
 * Runs a command that cleans up after itself if it is interrupted. `what` says what it does then. The first of these
 * signals aborts its own, the second ends the process at once.
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
