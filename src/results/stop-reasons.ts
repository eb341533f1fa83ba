import type { RunEvent, RunStopping, SiteJudged } from '../core/event.ts';

/**
 * Adds `stoppedBy` to the verdicts of journals that were written before gridrun recorded it. Such a verdict is not-run
 * without an attempt, and the reason of its checks is how the text of the stop begins. Give it every event in order.
 */
export class StopReasons {
  readonly #stops: RunStopping[] = [];

  /** The event, with the missing field. */
  complete(event: RunEvent): RunEvent {
    if (event.type === 'run-stopping') this.#stops.push(event);
    return event.type === 'site-judged' ? this.#completeVerdict(event) : event;
  }

  #completeVerdict(event: SiteJudged): SiteJudged {
    const { verdict, attempts, stoppedBy, checks } = event.verdict;
    if (verdict !== 'not-run' || attempts > 0 || stoppedBy !== undefined) return event;
    const reason = checks[0]?.reason ?? '';
    const stop = this.#stops.find(({ text }) => text.startsWith(reason));
    return stop === undefined ? event : { ...event, verdict: { ...event.verdict, stoppedBy: stop.reason } };
  }
}
