/** The reader of a pipe has gone; the terminal has. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

/**
 * Lets the process live on where who reads its output goes away (`| head`, a closed terminal): what a run finds out is
 * in its files, and its browsers must be ended in order. Any other failure to write is thrown, as without it.
 */
export function surviveLostReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code)) throw error;
    });
  }
}
