import type { SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';

const DEADLINE_MS = 10_000;

/**
 * Gives the pages of a session's window the time of the recording, from which it goes on as usual, and a `Math.random` that
 * repeats. Only a page's own scripts see them, in frames of its own site too: not a frame of another site, a worker or an
 * extension. It lasts until the window closes. Throws a `WireError` if the session cannot do it.
 * @param startMs the page's time now, in ms since the epoch
 */
export async function setPageClock(session: SessionFacts, startMs: number, signal: AbortSignal): Promise<void> {
  const source = `(${replaceClock.toString()})(${startMs - Date.now()}, ${Math.trunc(startMs) % 2 ** 31})`;
  await new WireClient(session.endpoint).send(
    'POST',
    `/session/${session.sessionId}/goog/cdp/execute`,
    { cmd: 'Page.addScriptToEvaluateOnNewDocument', params: { source } },
    { deadlineMs: DEADLINE_MS, signal },
  );
}

/** Runs in the page, before its scripts, so it uses nothing from here. */
function replaceClock(offsetMs: number, seed: number): void {
  const RealDate = Date;
  const { now } = RealDate;
  const recordedNow = { now: (): number => now() + offsetMs }.now;
  const RecordedDate = new Proxy(RealDate, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [recordedNow()] : given, newTarget) as object,
    apply: () => new RealDate(recordedNow()).toString(),
  });
  RealDate.now = recordedNow;
  RealDate.prototype.constructor = RecordedDate;
  globalThis.Date = RecordedDate;
  // Mulberry32: enough for a page, and the same in each load.
  let state = seed;
  Math.random = {
    random(this: void): number {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  }.random;
}
