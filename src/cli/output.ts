const OUTPUTS = [process.stdout, process.stderr];

/**
 * Keeps the process alive if its output cannot be written: the reader went away (`| head`, a closed terminal), or the
 * disk under a file is full. The results are in files, and the browsers must be ended in order.
 */
export function surviveLostReader(): void {
  let isTold = false;
  for (const output of OUTPUTS) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (isTold || isReaderGone(error) || output === process.stderr) return;
      isTold = true;
      process.stderr.write(
        `gridrun: cannot write to standard output: ${error.message}. The results are not affected.\n`,
      );
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
