const OUTPUTS = [process.stdout, process.stderr];

/**
 * Keeps the process alive if the reader of its output goes away (`| head`, a closed terminal): the results are in files,
 * and the browsers must be ended in order. Any other write error is thrown as usual.
 */
export function surviveLostReader(): void {
  for (const output of OUTPUTS) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (!isReaderGone(error)) throw error;
    });
  }
}

/** Is it the error of a write to a pipe or a terminal that was closed? */
export function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}

/** Resolves when all output is written. On macOS and Windows pipes are asynchronous, and a process does not wait for them. */
export async function outputWritten(): Promise<void> {
  await Promise.all(OUTPUTS.map((output) => new Promise<void>((resolve) => output.write('', () => resolve()))));
}
