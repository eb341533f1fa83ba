import type { Run } from '../app/run/handle.ts';

/**
 * Stops a run on signals, until it is disposed. The first Ctrl-C lets running sites finish, the second ends them.
 * SIGTERM and a closed terminal stop the run at once.
 */
export function stopOnSignals(run: Run, say: (text: string) => void): Disposable {
  let interrupts = 0;
  const interrupted = (): void => {
    interrupts += 1;
    if (interrupts === 1)
      say('Stopping: running sites may finish, no new ones start. Press Ctrl-C again to end them too.\n');
    run.stop(interrupts === 1 ? 'drain' : 'kill');
  };
  const terminated = (): void => run.stop('stop');
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', terminated);
  // Under nohup there is no terminal, and SIGHUP must stay ignored.
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
