import { errorText } from './mistakes.ts';

/** How long a run may take to end its browsers after a bug, in ms. */
const IN_ORDER_MS = 60_000;

/**
 * Makes what nobody caught a bug that is told (70, and not Node's 1, which says that a check failed), after the run
 * that goes on has ended its browsers.
 * @param exit ends the process
 * @returns whether there was any
 */
export function exitOnStrayError(exit: (code: 70) => void): () => boolean {
  let strayed = false;
  process.on('uncaughtException', (error) => {
    process.stderr.write(errorText(error));
    if (strayed) return;
    strayed = true;
    // A run listens, and stops at once.
    if (!process.emit('SIGTERM')) return exit(70);
    setTimeout(() => exit(70), IN_ORDER_MS).unref();
  });
  return () => strayed;
}
