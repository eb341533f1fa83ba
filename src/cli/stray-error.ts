import { errorText } from './mistakes.ts';

/** How long a run may take to end its browsers after a bug. */
const IN_ORDER_MS = 60_000;

/**
 * Handles errors that nothing caught: prints each as a bug, lets the active run end its browsers, and exits with 70.
 * Node's own exit code would be 1, which means that a check failed.
 * @param exit ends the process
 * @returns a function that tells whether there was such an error
 */
export function exitOnStrayError(exit: (code: 70) => void): () => boolean {
  let strayed = false;
  process.on('uncaughtException', (error) => {
    process.stderr.write(errorText(error));
    if (strayed) return;
    strayed = true;
    // An active run listens to SIGTERM and stops at once.
    if (!process.emit('SIGTERM')) return exit(70);
    setTimeout(() => exit(70), IN_ORDER_MS).unref();
  });
  return () => strayed;
}
