import type { TestContext } from 'node:test';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that runs as fast as the code under test. `Date.now()` shows it. Other timers are real. */
export class VirtualTime {
  #now = 0;
  #sleepers: Sleeper[] = [];

  constructor(context: TestContext) {
    context.mock.method(Date, 'now', () => this.#now);
  }

  get now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.#now + ms, wake }));
  }

  /** Lets time pass until the promise settles. */
  async run(promise: Promise<void>): Promise<void> {
    let isRunning = true;
    const ended = promise.finally(() => (isRunning = false));
    ended.catch(() => {});
    while (isRunning) {
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      if (this.#sleepers.length === 0) continue;
      this.#now = Math.min(...this.#sleepers.map(({ at }) => at));
      const due = this.#sleepers.filter(({ at }) => at === this.#now);
      this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
      for (const { wake } of due) wake();
    }
    await ended;
  }
}
