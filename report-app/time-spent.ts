import type { ReportData, SiteRow } from '../src/report/html/report-data.ts';

export interface TimeSpent {
  /** All slots together over the whole run. */
  readonly totalMs: number;
  readonly parts: readonly { readonly name: string; readonly kind: string; readonly ms: number }[];
  /** By slot, in the order of the slots: which share of the run it was at work. */
  readonly slots: readonly SlotUse[];
  /** The most slots at work at once. */
  readonly busiest: number;
  /** How many slots were at work on average. */
  readonly averageBusy: number;
}

export interface SlotUse {
  readonly slot: number;
  readonly sessions: number;
  readonly sites: number;
  readonly busy: number;
  readonly waited: number;
}

/** Where the time of all slots went. */
export function timeSpent({ timeline, run }: ReportData): TimeSpent {
  const { attempts, sessions, waits } = timeline;
  const wallMs = Math.max(1, run.durationMs, timeline.lastAt);
  const slots = lanesOf(timeline);
  const busy = new Map<number, number>();
  const waited = new Map<number, number>();
  const count = new Map<number, number>();
  let first = 0;
  let again = 0;
  attempts.slot.forEach((slot, bar) => {
    const ms = attempts.durationMs[bar] ?? 0;
    if ((attempts.attempt[bar] ?? 1) > 1) again += ms;
    else first += ms;
    busy.set(slot, (busy.get(slot) ?? 0) + ms);
    count.set(slot, (count.get(slot) ?? 0) + 1);
  });
  for (const { slot, from, until } of waits) waited.set(slot, (waited.get(slot) ?? 0) + until - from);
  const opening = sum(sessions.map(({ askedAt, openedAt }) => openedAt - askedAt));
  const open = sum(sessions.map(({ openedAt, closedAt }) => closedAt - openedAt));
  const waiting = sum([...waited.values()]);
  const totalMs = wallMs * Math.max(1, slots.length);
  const between = Math.max(0, open - first - again - waiting);
  return {
    totalMs,
    parts: [
      { name: 'First attempts', kind: 'attempt', ms: first },
      { name: 'Further attempts', kind: 'again', ms: again },
      { name: 'Opening sessions', kind: 'opening', ms: opening },
      { name: 'Between sites: resets, closing', kind: 'between', ms: between },
      { name: 'Waiting, with a session', kind: 'waiting', ms: waiting },
      {
        name: 'Without a session',
        kind: 'free',
        ms: Math.max(0, totalMs - first - again - opening - between - waiting),
      },
    ],
    slots: slots.map((slot) => ({
      slot,
      sessions: sessions.filter((session) => session.slot === slot).length,
      sites: count.get(slot) ?? 0,
      busy: (busy.get(slot) ?? 0) / wallMs,
      waited: (waited.get(slot) ?? 0) / wallMs,
    })),
    busiest: maxAtOnce(attempts.from, attempts.durationMs),
    averageBusy: (first + again) / wallMs,
  };
}

/** The slots that did or wanted to do anything. */
export function lanesOf({ sessions, attempts, waits }: ReportData['timeline']): readonly number[] {
  return [...new Set([...sessions.map(({ slot }) => slot), ...attempts.slot, ...waits.map(({ slot }) => slot)])].sort(
    (a, b) => a - b,
  );
}

export function longestSites(sites: readonly SiteRow[], most: number): readonly SiteRow[] {
  return sites.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, most);
}

/** How many were at work at each of so many moments. */
export function busyOverTime(
  { attempts }: ReportData['timeline'],
  untilMs: number,
  moments: number,
): readonly number[] {
  const change = new Float64Array(moments + 1);
  const stepMs = untilMs / moments;
  attempts.from.forEach((from, bar) => {
    const until = from + (attempts.durationMs[bar] ?? 0);
    const [first, last] = [Math.floor(from / stepMs), Math.min(moments - 1, Math.floor(until / stepMs))];
    for (let moment = first; moment <= last; moment++) {
      const share = (Math.min(until, (moment + 1) * stepMs) - Math.max(from, moment * stepMs)) / stepMs;
      change[moment] = (change[moment] ?? 0) + Math.max(0, share);
    }
  });
  return [...change.subarray(0, moments)];
}

function maxAtOnce(from: readonly number[], durationMs: readonly number[]): number {
  const steps = from.flatMap(
    (at, bar) =>
      [
        [at, 1],
        [at + (durationMs[bar] ?? 0), -1],
      ] as const,
  );
  steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let [now, most] = [0, 0];
  for (const [, step] of steps) most = Math.max(most, (now += step));
  return most;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + Math.max(0, value), 0);
}
