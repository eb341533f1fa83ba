import { open } from 'node:fs/promises';

/** How often a lock is renewed. */
const RENEW_EVERY_MS = 15_000;

/**
 * Renews a lock by writing it again, which dates it by the clock of its disk. `utimes` would date it by the clock of this
 * machine. Calls `onLost` once with the content of another's lock, and renews no more. Dispose of it to end it.
 */
export function renewLock(path: string, own: string, onLost: (content: string) => void): Disposable {
  let isEnded = false;
  let isBusy = false;
  const end = (): void => {
    isEnded = true;
    clearInterval(timer);
  };
  const renew = async (): Promise<void> => {
    // Without a flag for creation: a lock that was removed by hand stays away.
    await using file = await open(path, 'r+');
    const content = await file.readFile('utf8');
    if (isEnded || content === '') return;
    if (content === own) {
      await file.write(own, 0);
      return;
    }
    end();
    onLost(content);
  };
  const timer = setInterval(() => {
    // A network disk may take longer than the interval.
    if (isBusy) return;
    isBusy = true;
    renew()
      // The next renewal tries again. A disk that stays away fails the journal.
      .catch(() => {})
      .finally(() => (isBusy = false));
  }, RENEW_EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: end };
}
