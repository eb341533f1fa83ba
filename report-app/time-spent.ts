import type { ReportData, SiteRow } from '../src/report/html/report-data.ts';

export interface TimeSpent {
  /** The run's time, once for each slot. */
  readonly totalMs: number;
  readonly parts: readonly { readonly name: string; readonly kind: string; readonly ms: number }[];
  /** In the order of the slots. */
  readonly slots: readonly SlotUse[];
  /** How many slots were at work at once, at most. */
  readonly busiest: number;
  /** How many slots were at work on average. */
  readonly averageBusy: number;
}

export interface SlotUse {
  readonly slot: number;
  readonly sessions: number;
  readonly sites: number;
  /** Share of the run that it was at work. */
  readonly busy: number;
  /** Share of the run that it waited with a session. */
  readonly waited: number;
}

/** How the time of all slots was spent. */
export function timeSpent({ timeline, run }: ReportData): TimeSpent {
  const { attempts } = timeline;
  const wallMs = Math.max(1, run.durationMs, timeline.lastAt);
  const lanes = lanesOf(timeline);
  const totalMs = wallMs * Math.max(1, lanes.length);
  const isFirst = (bar: number): boolean => (attempts.attempt[bar] ?? 1) <= 1;
  const first = sum(attempts.durationMs.filter((_ms, bar) => isFirst(bar)));
  const again = sum(attempts.durationMs.filter((_ms, bar) => !isFirst(bar)));
  return {
    totalMs,
    parts: partsOf(timeline, totalMs, first, again),
    slots: slotUses(timeline, lanes, wallMs),
    busiest: maxAtOnce(attempts.from, attempts.durationMs),
    averageBusy: (first + again) / wallMs,
  };
}

/** All times are in milliseconds. */
function partsOf(
  { sessions, waits }: ReportData['timeline'],
  totalMs: number,
  first: number,
  again: number,
): TimeSpent['parts'] {
  const opening = sum(sessions.map(({ askedAt, openedAt }) => openedAt - askedAt));
  const open = sum(sessions.map(({ openedAt, closedAt }) => closedAt - openedAt));
  const waiting = sum(waits.map(({ from, until }) => until - from));
  const between = Math.max(0, open - first - again - waiting);
  const free = Math.max(0, totalMs - first - again - opening - between - waiting);
  return [
    { name: 'First attempts', kind: 'attempt', ms: first },
    { name: 'Further attempts', kind: 'again', ms: again },
    { name: 'Opening sessions', kind: 'opening', ms: opening },
    { name: 'Between sites: resets, closing', kind: 'between', ms: between },
    { name: 'Waiting, with a session', kind: 'waiting', ms: waiting },
    { name: 'Without a session', kind: 'free', ms: free },
  ];
}

function slotUses(
  { attempts, sessions, waits }: ReportData['timeline'],
  lanes: readonly number[],
  wallMs: number,
): SlotUse[] {
  const busy = new Map<number, number>();
  const waited = new Map<number, number>();
  const count = new Map<number, number>();
  const add = (times: Map<number, number>, slot: number, by: number): void =>
    void times.set(slot, (times.get(slot) ?? 0) + by);
  attempts.slot.forEach((slot, bar) => {
    add(busy, slot, attempts.durationMs[bar] ?? 0);
    add(count, slot, 1);
  });
  for (const { slot, from, until } of waits) add(waited, slot, until - from);
  return lanes.map((slot) => ({
    slot,
    sessions: sessions.filter((session) => session.slot === slot).length,
    sites: count.get(slot) ?? 0,
    busy: (busy.get(slot) ?? 0) / wallMs,
    waited: (waited.get(slot) ?? 0) / wallMs,
  }));
}

/** The slots that had a session, an attempt or a wait. */
export function lanesOf({ sessions, attempts, waits }: ReportData['timeline']): readonly number[] {
  return [...new Set([...sessions.map(({ slot }) => slot), ...attempts.slot, ...waits.map(({ slot }) => slot)])].sort(
    (a, b) => a - b,
  );
}

export function longestSites(sites: readonly SiteRow[], max: number): readonly SiteRow[] {
  return sites.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, max);
}

/** How many slots were at work in each of `moments` equal parts of the run. */
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
  let [now, max] = [0, 0];
  for (const [, step] of steps) max = Math.max(max, (now += step));
  return max;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + Math.max(0, value), 0);
}
