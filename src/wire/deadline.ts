import { clearTimeout, setTimeout } from '../os/real-timers.ts';
import { AbortController } from '../os/real-builtins.ts';

/** How long something on the wire may take, and the signal that stops it sooner. */
export interface Limits {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The limit that ended the work. */
export type CutBy = 'deadline' | 'aborted';

/**
 * Runs work with a signal that aborts at the deadline or with the caller's signal, whichever comes first. After the work
 * has thrown, `cutBy` returns the limit that was the reason, if one was.
 * AbortSignal.any and AbortSignal.timeout would do the same, but they leave a timer and a weak reference behind for each
 * of the many commands of a long run.
 */
export async function within<T>(
  limits: Limits,
  work: (signal: AbortSignal, cutBy: () => CutBy | undefined) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let by: CutBy | undefined;
  const cut = (reason: CutBy): void => {
    by ??= reason;
    controller.abort();
  };
  const onAbort = (): void => cut('aborted');
  const timer = setTimeout(cut, limits.deadlineMs, 'deadline');
  limits.signal?.addEventListener('abort', onAbort, { once: true });
  if (limits.signal?.aborted) onAbort();
  try {
    return await work(controller.signal, () => by);
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', onAbort);
  }
}
