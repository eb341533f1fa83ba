import { ENDINGS, type TimelineAttempts } from '../src/core/timeline.ts';
import type { ReportData } from '../src/report/html/report-data.ts';
import { verdictOfLetter, VERDICTS } from './words.ts';

/** The height of a lane in CSS pixels. */
export const LANE_PX = 20;
const BAR_PX = 14;

export const BAR_KINDS = [
  { kind: 'passed', name: 'passed' },
  { kind: 'failed', name: 'failed' },
  { kind: 'errored', name: 'errored or faulted' },
  { kind: 'flaky', name: 'flaky' },
  { kind: 'again', name: 'a further attempt' },
  { kind: 'opening', name: 'opening a session' },
  { kind: 'session', name: 'session' },
  { kind: 'unit', name: 'work unit' },
  { kind: 'waiting', name: 'waiting' },
] as const;

const OF_VERDICT: Readonly<Record<string, string>> = {
  failed: 'failed',
  errored: 'errored',
  'not-run': 'errored',
  flaky: 'flaky',
};

/** What an attempt came to: the worst of its checks, or that it was cut short. */
export function barKind({ sites, timeline }: ReportData, bar: number): string {
  const { attempts } = timeline;
  if (ENDINGS[attempts.ending[bar] ?? 0] !== 'completed') return 'errored';
  const site = sites[attempts.site[bar] ?? -1];
  const own = site?.attempts.find(({ attempt }) => attempt === attempts.attempt[bar]);
  const letters = own?.letters ?? site?.letters ?? '';
  const worst = VERDICTS.find((verdict) => letters.split('').some((letter) => verdictOfLetter(letter) === verdict));
  return OF_VERDICT[worst ?? ''] ?? 'passed';
}

/** The outlines of all bars of a kind in one path each. */
export class BarPaths {
  readonly sessions: string;
  readonly opening: string;
  readonly waits: string;
  readonly units: string;
  readonly scaled: string;
  readonly again: string;
  readonly kinds: readonly { readonly kind: string; readonly d: string }[];
  readonly #data: ReportData;
  readonly #rows: ReadonlyMap<number, number>;
  readonly #from: number;
  readonly #until: number;
  readonly #scale: number;

  constructor(data: ReportData, lanes: readonly number[], from: number, until: number, width: number) {
    const { attempts, sessions, waits, units, nodes } = data.timeline;
    this.#data = data;
    this.#rows = new Map(lanes.map((slot, row) => [slot, row]));
    this.#from = from;
    this.#until = until;
    this.#scale = width / (until - from);
    const inner = (LANE_PX - BAR_PX) / 2;
    this.sessions = sessions
      .map(({ slot, openedAt, closedAt }) => this.#rect(slot, openedAt, closedAt, 1, LANE_PX - 2))
      .join('');
    this.opening = sessions
      .map(({ slot, askedAt, openedAt }) => this.#rect(slot, askedAt, openedAt, inner, BAR_PX))
      .join('');
    this.waits = waits.map((wait) => this.#rect(wait.slot, wait.from, wait.until, inner + 4, BAR_PX - 8)).join('');
    this.units = units.slot
      .map((slot, unit) => this.#rect(slot, units.from[unit] ?? 0, units.until[unit] ?? 0, LANE_PX - 3, 2, 1))
      .join('');
    this.scaled = nodes
      .filter(({ at }) => at >= from && at <= until)
      .map(({ at }) => `M${this.#x(at)} 0v${lanes.length * LANE_PX}`)
      .join('');
    const kinds = new Map<string, string[]>();
    const again: string[] = [];
    attempts.slot.forEach((_slot, bar) => {
      const kind = barKind(data, bar);
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, [this.barAt(bar)]);
      else known.push(this.barAt(bar));
      if ((attempts.attempt[bar] ?? 1) > 1)
        again.push(this.#rect(attempts.slot[bar] ?? 0, attempts.from[bar] ?? 0, endOf(attempts, bar), inner, 4));
    });
    this.kinds = [...kinds].map(([kind, parts]) => ({ kind, d: parts.join('') }));
    this.again = again.join('');
  }

  /** The outline of one attempt. */
  barAt(bar: number): string {
    const { attempts } = this.#data.timeline;
    return this.#rect(
      attempts.slot[bar] ?? 0,
      attempts.from[bar] ?? 0,
      endOf(attempts, bar),
      (LANE_PX - BAR_PX) / 2,
      BAR_PX,
      0.4,
    );
  }

  #rect(slot: number, from: number, until: number, top: number, height: number, gap = 0): string {
    const row = this.#rows.get(slot);
    if (row === undefined || until < this.#from || from > this.#until) return '';
    const [left, right] = [this.#x(Math.max(from, this.#from)), this.#x(Math.min(until, this.#until))];
    const wide = Math.max(0.5, right - left - gap);
    return `M${left.toFixed(2)} ${row * LANE_PX + top}h${wide.toFixed(2)}v${height}h-${wide.toFixed(2)}z`;
  }

  #x(at: number): number {
    return (at - this.#from) * this.#scale;
  }
}

/** The attempt of a slot at a moment, or one that is not more than `nearMs` away; -1 where there is none. */
export function nearestBar(attempts: TimelineAttempts, slot: number | undefined, at: number, nearMs: number): number {
  let [found, best] = [-1, nearMs];
  attempts.slot.forEach((own, bar) => {
    if (own !== slot) return;
    const away = Math.max(0, (attempts.from[bar] ?? 0) - at, at - endOf(attempts, bar));
    if (away <= best) [found, best] = [bar, away];
  });
  return found;
}

/** Where an arrow key leads from an attempt; undefined for other keys. */
export function stepBar(
  attempts: TimelineAttempts,
  lanes: readonly number[],
  bar: number,
  key: string,
): number | undefined {
  if (!key.startsWith('Arrow')) return undefined;
  if (bar < 0) return attempts.slot.findIndex((slot) => slot === lanes[0]);
  const slot = attempts.slot[bar] ?? 0;
  const from = attempts.from[bar] ?? 0;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const own = attempts.slot
      .flatMap((other, place) => (other === slot ? [place] : []))
      .sort((a, b) => (attempts.from[a] ?? 0) - (attempts.from[b] ?? 0));
    return own[own.indexOf(bar) + (key === 'ArrowRight' ? 1 : -1)] ?? bar;
  }
  const lane = lanes[lanes.indexOf(slot) + (key === 'ArrowDown' ? 1 : -1)];
  const near = lane === undefined ? -1 : nearestBar(attempts, lane, from, Infinity);
  return near < 0 ? bar : near;
}

/** Round moments for the axis, some four to eight of them. */
export function ticksOf(from: number, until: number): readonly number[] {
  const wanted = (until - from) / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= wanted) ?? power;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until; at += step) ticks.push(at);
  return ticks;
}

function endOf(attempts: TimelineAttempts, bar: number): number {
  return (attempts.from[bar] ?? 0) + (attempts.durationMs[bar] ?? 0);
}
