import type { RunEvent } from '../../core/event.ts';
import type { RunState } from '../../core/run-state.ts';
import { durationText } from '../../text/duration-text.ts';
import { terminalLine } from './terminal-text.ts';

interface Busy {
  readonly siteId: string;
  readonly attempt: number;
  readonly startedAt: number;
}

/** A run's progress: sites done and failed, busy sessions, rate, time left, and why sessions are idle. */
export class Progress {
  readonly #state: RunState;
  /** By slot, oldest first. */
  readonly #busy = new Map<number, Busy>();
  readonly #idle = new Map<number, string>();
  #workMs = 0;
  #workCount = 0;
  #startedAt = 0;
  #lastAt = 0;

  constructor(state: RunState) {
    this.#state = state;
  }

  onEvent(event: RunEvent): void {
    this.#lastAt = event.at;
    if (event.type === 'attempt-started') {
      if (this.#startedAt === 0) this.#startedAt = event.at;
      this.#busy.delete(event.slot);
      this.#busy.set(event.slot, { siteId: event.siteId, attempt: event.attempt, startedAt: event.at });
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

  /** The progress on one line. Leaves out the least important parts if the columns do not hold all. */
  text(columns = Infinity): string {
    const { judgedCount, plannedCount } = this.#state;
    if (plannedCount === 0) return 'planning';
    const counts = this.#state.judgedCounts();
    const idle = [...this.#idle.values()].at(-1);
    const parts: readonly (readonly [importance: number, text: string])[] = [
      [9, `${judgedCount}/${plannedCount} sites`],
      [8, `${counts.failed} failed`],
      ...(counts.errored === 0 ? [] : [[7, `${counts.errored} errored`] as const]),
      [4, `${this.#busy.size} ${this.#busy.size === 1 ? 'session' : 'sessions'} busy`],
      ...this.#rate().map((rate) => [5, rate] as const),
      ...this.#timeLeft(plannedCount - judgedCount).map((left) => [6, left] as const),
      ...(idle === undefined ? [] : [[3, `${this.#idle.size} idle: ${terminalLine(idle, 60)}`] as const]),
    ];
    return fitting(parts, columns);
  }

  /** A line for each busy session, longest first. The last line counts those that do not fit. */
  sessions(nowMs: number, columns: number, maxLines: number): string[] {
    const busy = [...this.#busy];
    const shown = busy.length <= maxLines ? busy : busy.slice(0, Math.max(0, maxLines - 1));
    const width = String(Math.max(0, ...this.#busy.keys()) + 1).length;
    const lines = shown.map(([slot, { siteId, attempt, startedAt }]) => {
      const facts = `${durationText(Math.max(0, nowMs - startedAt))}${attempt > 1 ? `, attempt ${attempt}` : ''}`;
      const head = `  ${String(slot + 1).padStart(width)}  `;
      const room = Math.max(1, columns - head.length - facts.length - 4);
      return cut(`${head}${siteId.length > room ? `${siteId.slice(0, room - 1)}…` : siteId}  ${facts}`, columns - 1);
    });
    if (maxLines > 0 && busy.length > shown.length)
      lines.push(cut(`  … and ${busy.length - shown.length} more sessions`, columns - 1));
    return lines;
  }

  /** Sites per second, or per minute if slow. */
  #rate(): string[] {
    const { judgedCount } = this.#state;
    const seconds = (this.#lastAt - this.#startedAt) / 1000;
    if (judgedCount === 0 || this.#startedAt === 0 || seconds <= 0) return [];
    const each = judgedCount / seconds;
    return [each >= 1 ? `${each.toFixed(1)}/s` : `${(each * 60).toFixed(1)}/min`];
  }

  /** The average duration of an attempt, for each site left, divided among the busy sessions. */
  #timeLeft(sitesLeft: number): string[] {
    if (sitesLeft === 0 || this.#workCount === 0 || this.#busy.size === 0) return [];
    return [`about ${durationText((this.#workMs / this.#workCount) * (sitesLeft / this.#busy.size))} left`];
  }
}

/** The parts in their order, without the least important ones that would make the line too long. */
function fitting(parts: readonly (readonly [importance: number, text: string])[], columns: number): string {
  const join = (some: typeof parts): string => some.map(([, text]) => text).join(' · ');
  let kept: typeof parts = [];
  for (const part of parts.toSorted(([a], [b]) => b - a)) {
    const more = parts.filter((known) => known === part || kept.includes(known));
    if (kept.length === 0 || join(more).length < columns) kept = more;
  }
  return cut(join(kept), columns - 1);
}

/** Cuts a line. Some terminals wrap a line that is as wide as they are. */
function cut(line: string, maxChars: number): string {
  return line.length <= maxChars ? line : `${line.slice(0, Math.max(0, maxChars - 1))}…`;
}
