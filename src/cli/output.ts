const OUTPUTS = [process.stdout, process.stderr];

/**
 * Lets the process live on where who reads its output goes away (`| head`, a closed terminal): what a run finds out is
 * in its files, and its browsers must be ended in order. Any other failure to write is thrown, as without it.
 */
export function surviveLostReader(): void {
  for (const output of OUTPUTS) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (!isReaderGone(error)) throw error;
    });
  }
}

/** The reader of a pipe has gone, or the terminal has. */
export function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}

/** Resolves when all that was printed is written: pipes are asynchronous on macOS and Windows, and the end of a process does not wait for them. */
export async function outputWritten(): Promise<void> {
  await Promise.all(OUTPUTS.map((output) => new Promise<void>((resolve) => output.write('', () => resolve()))));
}
