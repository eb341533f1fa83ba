import type { Run } from '../app/run/handle.ts';

/**
 * Ctrl-C lets running sites end, a second one ends them; what asks the process to terminate stops the run at once, and
 * so does a terminal that is closed. Undone when disposed.
 */
export function stopOnSignals(run: Run, say: (text: string) => void): Disposable {
  let interrupts = 0;
  const interrupted = (): void => {
    interrupts += 1;
    if (interrupts === 1) say('Stopping: running sites may end, nothing new is started. Ctrl-C again ends them too.\n');
    run.stop(interrupts === 1 ? 'drain' : 'kill');
  };
  const terminated = (): void => run.stop('stop');
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', terminated);
  // Under nohup none is a terminal, and its ignored SIGHUP must stay so.
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  if (onTerminal) process.on('SIGHUP', terminated);
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', terminated);
      process.off('SIGHUP', terminated);
    },
  };
}
