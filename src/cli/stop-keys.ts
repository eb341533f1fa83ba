import { basename } from 'node:path';
import type { Run } from '../app/run/handle.ts';
import { isReaderGone } from './output.ts';

/** The signals that stop a run at once. Batch systems send SIGUSR2 or SIGXCPU shortly before they kill a job. */
const AT_ONCE: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGQUIT'];
const AT_ONCE_POSIX: readonly NodeJS.Signals[] = ['SIGUSR2', 'SIGXCPU'];

/**
 * Stops a run on signals, until it is disposed. The first Ctrl-C lets running sites finish, the second ends them.
 * SIGTERM, SIGQUIT, SIGUSR2, SIGXCPU and a closed terminal or session (SIGHUP, except under nohup) stop the run at once. If nothing reads
 * standard output any more, running sites may finish.
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
  const atOnce = [...AT_ONCE, ...AT_ONCE_POSIX.filter(isFree)];
  for (const signal of atOnce) process.on(signal, terminated);
  const hungUp = isUnderNohup(process.env) ? (): void => {} : terminated;
  process.on('SIGHUP', hungUp);
  const unread = (error: NodeJS.ErrnoException): void => {
    if (isReaderGone(error)) run.stop('drain');
  };
  process.stdout.on('error', unread);
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', interrupted);
      for (const signal of atOnce) process.off(signal, terminated);
      process.off('SIGHUP', hungUp);
      process.stdout.off('error', unread);
    },
  };
}

/** Whether nothing else listens: Node's --report-on-signal and --heapsnapshot-signal may use SIGUSR2. Not on Windows. */
function isFree(signal: NodeJS.Signals): boolean {
  return process.platform !== 'win32' && process.listenerCount(signal) === 0;
}

/** Node takes back that nohup ignores SIGHUP, so only the shell's `_` tells: the program that it started. */
function isUnderNohup(env: NodeJS.ProcessEnv): boolean {
  return basename(env['_'] ?? '') === 'nohup';
}
