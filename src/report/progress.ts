import type { RunEvent } from '../core/event.ts';
import type { RunState } from '../core/run-state.ts';
import { durationText } from './duration-text.ts';
import { terminalLine } from './terminal-text.ts';

/** How far a run is: sites done, failed, sessions busy, time left, and why a session waits. */
export class Progress {
  readonly #state: RunState;
  readonly #busy = new Set<number>();
  readonly #idle = new Map<number, string>();
  #workMs = 0;
  #workCount = 0;

  constructor(state: RunState) {
    this.#state = state;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'attempt-started') {
      this.#busy.add(event.slot);
      this.#idle.delete(event.slot);
    }
    if (event.type === 'attempt-ended' && event.amended !== true) {
      this.#busy.delete(event.slot);
      this.#workMs += event.attempt.durationMs;
      this.#workCount++;
    }
    if (event.type === 'slot-idle') this.#idle.set(event.slot, event.why);
    if (event.type === 'session-closed') this.#idle.delete(event.slot);
  }

  text(): string {
    const { judgedCount, plannedCount } = this.#state;
    if (plannedCount === 0) return 'planning';
    const counts = this.#state.judgedCounts();
    const idle = [...this.#idle.values()].at(-1);
    return [
      `${judgedCount}/${plannedCount} sites`,
      `${counts.failed} failed`,
      ...(counts.errored === 0 ? [] : [`${counts.errored} errored`]),
      `${this.#busy.size} ${this.#busy.size === 1 ? 'session' : 'sessions'} busy`,
      ...this.#timeLeft(plannedCount - judgedCount),
      ...(idle === undefined ? [] : [`${this.#idle.size} idle: ${terminalLine(idle, 60)}`]),
    ].join(' · ');
  }

  /** What an attempt has taken so far on average, for each site left, spread over the sessions at work. */
  #timeLeft(sitesLeft: number): string[] {
    if (sitesLeft === 0 || this.#workCount === 0 || this.#busy.size === 0) return [];
    return [`about ${durationText((this.#workMs / this.#workCount) * (sitesLeft / this.#busy.size))} left`];
  }
}
