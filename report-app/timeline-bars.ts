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

/** How an attempt ended: as its worst check, or errored if it did not complete. */
export function barKind({ sites, timeline }: ReportData, bar: number): string {
  const { attempts } = timeline;
  if (ENDINGS[attempts.ending[bar] ?? 0] !== 'completed') return 'errored';
  const site = sites[attempts.site[bar] ?? -1];
  const own = site?.attempts.find(({ attempt }) => attempt === attempts.attempt[bar]);
  const letters = own?.letters ?? site?.letters ?? '';
  const worst = VERDICTS.find((verdict) => letters.split('').some((letter) => verdictOfLetter(letter) === verdict));
  return OF_VERDICT[worst ?? ''] ?? 'passed';
}

/** The part of the timeline that a chart shows. */
export interface ChartView {
  /** The slots, from the top. */
  readonly lanes: readonly number[];
  readonly from: number;
  readonly until: number;
  /** In the chart's own units. */
  readonly width: number;
}

/** What a slot did from one moment to another. */
interface Span {
  readonly slot: number;
  readonly from: number;
  readonly until: number;
}

/** A bar's place in its lane. `gap` is what it leaves free at its right end. */
interface BarShape {
  readonly top: number;
  readonly height: number;
  readonly gap?: number;
}

const INNER_TOP = (LANE_PX - BAR_PX) / 2;

/** The outlines of all bars, one path for each kind of bar. */
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
  readonly #view: ChartView;

  constructor(data: ReportData, view: ChartView) {
    const { sessions, waits, units, nodes } = data.timeline;
    const { lanes, from, until } = view;
    this.#data = data;
    this.#rows = new Map(lanes.map((slot, row) => [slot, row]));
    this.#view = view;
    this.sessions = this.#rects(
      sessions.map(({ slot, openedAt, closedAt }) => ({ slot, from: openedAt, until: closedAt })),
      { top: 1, height: LANE_PX - 2 },
    );
    this.opening = this.#rects(
      sessions.map(({ slot, askedAt, openedAt }) => ({ slot, from: askedAt, until: openedAt })),
      { top: INNER_TOP, height: BAR_PX },
    );
    this.waits = this.#rects(waits, { top: INNER_TOP + 4, height: BAR_PX - 8 });
    this.units = this.#rects(
      units.slot.map((slot, unit) => ({ slot, from: units.from[unit] ?? 0, until: units.until[unit] ?? 0 })),
      { top: LANE_PX - 3, height: 2, gap: 1 },
    );
    this.scaled = nodes
      .filter(({ at }) => at >= from && at <= until)
      .map(({ at }) => `M${this.#x(at)} 0v${lanes.length * LANE_PX}`)
      .join('');
    this.kinds = this.#pathsByKind();
    this.again = this.#furtherAttempts();
  }

  /** The outline of one attempt. */
  barAt(bar: number): string {
    return this.#rect(spanOf(this.#data.timeline.attempts, bar), { top: INNER_TOP, height: BAR_PX, gap: 0.4 });
  }

  #pathsByKind(): { readonly kind: string; readonly d: string }[] {
    const { attempts } = this.#data.timeline;
    const paths = new Map<string, string[]>();
    for (const bar of attempts.slot.keys()) {
      const kind = barKind(this.#data, bar);
      const own = paths.get(kind);
      if (own === undefined) paths.set(kind, [this.barAt(bar)]);
      else own.push(this.barAt(bar));
    }
    return [...paths].map(([kind, parts]) => ({ kind, d: parts.join('') }));
  }

  #furtherAttempts(): string {
    const { attempts } = this.#data.timeline;
    const spans = [...attempts.slot.keys()]
      .filter((bar) => (attempts.attempt[bar] ?? 1) > 1)
      .map((bar) => spanOf(attempts, bar));
    return this.#rects(spans, { top: INNER_TOP, height: 4 });
  }

  #rects(spans: readonly Span[], shape: BarShape): string {
    return spans.map((span) => this.#rect(span, shape)).join('');
  }

  #rect({ slot, from, until }: Span, { top, height, gap = 0 }: BarShape): string {
    const row = this.#rows.get(slot);
    const view = this.#view;
    if (row === undefined || until < view.from || from > view.until) return '';
    const [left, right] = [this.#x(Math.max(from, view.from)), this.#x(Math.min(until, view.until))];
    const wide = Math.max(0.5, right - left - gap);
    return `M${left.toFixed(2)} ${row * LANE_PX + top}h${wide.toFixed(2)}v${height}h-${wide.toFixed(2)}z`;
  }

  #x(at: number): number {
    const { from, until, width } = this.#view;
    return ((at - from) * width) / (until - from);
  }
}

/** The attempt of a slot at a moment, or one at most `nearMs` away. -1 if there is none. */
export function nearestBar(attempts: TimelineAttempts, slot: number | undefined, at: number, nearMs: number): number {
  let [found, best] = [-1, nearMs];
  attempts.slot.forEach((own, bar) => {
    if (own !== slot) return;
    const away = Math.max(0, (attempts.from[bar] ?? 0) - at, at - endOf(attempts, bar));
    if (away <= best) [found, best] = [bar, away];
  });
  return found;
}

/** The attempt that an arrow key moves to. Undefined for other keys. */
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

/** Four to eight round moments for the axis. */
export function ticksOf(from: number, until: number): readonly number[] {
  const wanted = (until - from) / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, wanted)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= wanted) ?? power;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until; at += step) ticks.push(at);
  return ticks;
}

function spanOf(attempts: TimelineAttempts, bar: number): Span {
  return { slot: attempts.slot[bar] ?? 0, from: attempts.from[bar] ?? 0, until: endOf(attempts, bar) };
}

function endOf(attempts: TimelineAttempts, bar: number): number {
  return (attempts.from[bar] ?? 0) + (attempts.durationMs[bar] ?? 0);
}
