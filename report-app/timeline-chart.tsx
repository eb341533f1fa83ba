import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ReportModel } from './report-model.ts';
import { hashOf, type Route } from './route.ts';
import {
  BAR_KINDS,
  barKind,
  BarPaths,
  LANE_PX,
  nearestBar,
  stepBar,
  ticksOf,
  type ChartView,
} from './timeline-bars.ts';
import { busyOverTime, lanesOf } from './time-spent.ts';
import { countText, durationText } from './words.ts';

/** The chart's width in its own units. The page stretches it to the room that there is. */
const WIDTH = 1000;
const BUSY_PX = 40;
const MOMENTS = 200;
/** How near the pointer must be to a bar, in CSS pixels. */
const NEAR_PX = 3;

interface ChartProps {
  readonly model: ReportModel;
  readonly route: Route;
}

interface LanesProps extends ChartProps {
  readonly view: ChartView;
  /** The attempt that the reader chose, or -1. */
  readonly bar: number;
  readonly onBar: (bar: number) => void;
}

/** Slots as lanes, with sessions, work units, attempts and waits as bars. */
export function TimelineChart({ model, route }: ChartProps): JSX.Element {
  const { timeline, run } = model.data;
  const wholeMs = Math.max(1, run.durationMs, timeline.lastAt);
  const lanes = useMemo(() => lanesOf(timeline), [timeline]);
  const [[from, until], setSpan] = useState<Moments>([0, wholeMs]);
  const [bar, setBar] = useState(-1);
  const view = useMemo(() => ({ lanes, from, until, width: WIDTH }), [lanes, from, until]);
  const shown = timeline.attempts.from[bar];
  return (
    <figure class="timeline">
      <TimeTools span={[from, until]} wholeMs={wholeMs} shown={shown} onSpan={setSpan} />
      <ul class="legend">
        {BAR_KINDS.map(({ kind, name }) => (
          <li key={kind}>
            <span class={`swatch b-${kind}`} aria-hidden="true" /> {name}
          </li>
        ))}
      </ul>
      <div class="chart">
        <span class="lane-name busy-name">busy</span>
        <BusyChart model={model} wholeMs={wholeMs} laneCount={lanes.length} />
        <div class="lane-names" aria-hidden="true">
          {lanes.map((slot) => (
            <span key={slot} class="lane-name">
              {slot}
            </span>
          ))}
        </div>
        <Lanes model={model} route={route} view={view} bar={bar} onBar={setBar} />
        <div class="ticks" aria-hidden="true">
          {ticksOf(from, until).map((at) => (
            <span key={at} style={{ left: `${((at - from) / (until - from)) * 100}%` }}>
              {durationText(at)}
            </span>
          ))}
        </div>
      </div>
      <figcaption id="bar-text" aria-live="polite">
        {barText(model, bar)}
      </figcaption>
    </figure>
  );
}

type Moments = readonly [from: number, until: number];

interface TimeToolsProps {
  readonly span: Moments;
  readonly wholeMs: number;
  /** When the chosen attempt began: zooming keeps it in the middle. */
  readonly shown: number | undefined;
  readonly onSpan: (span: Moments) => void;
}

/** The buttons that zoom and move the time that the chart shows. */
function TimeTools({ span: [from, until], wholeMs, shown, onSpan }: TimeToolsProps): JSX.Element {
  const zoom = (factor: number): void => {
    const half = Math.min(wholeMs, (until - from) * factor) / 2;
    const middle = Math.max(half, Math.min(wholeMs - half, shown ?? (from + until) / 2));
    onSpan([middle - half, middle + half]);
  };
  const move = (share: number): void => {
    const by = Math.max(-from, Math.min(wholeMs - until, (until - from) * share));
    onSpan([from + by, until + by]);
  };
  return (
    <p class="tools" role="group" aria-label="The time that is shown">
      <button type="button" onClick={() => zoom(0.5)}>
        Zoom in
      </button>
      <button type="button" onClick={() => zoom(2)} disabled={until - from >= wholeMs}>
        Zoom out
      </button>
      <button type="button" onClick={() => move(-0.5)} disabled={from <= 0}>
        Earlier
      </button>
      <button type="button" onClick={() => move(0.5)} disabled={until >= wholeMs}>
        Later
      </button>
      <span>
        {durationText(from)} – {durationText(until)}
      </span>
    </p>
  );
}

interface BusyProps {
  readonly model: ReportModel;
  readonly wholeMs: number;
  readonly laneCount: number;
}

/** How many slots were at work, over the whole run. */
function BusyChart({ model, wholeMs, laneCount }: BusyProps): JSX.Element {
  const { timeline } = model.data;
  const busy = useMemo(() => busyOverTime(timeline, wholeMs, MOMENTS), [timeline, wholeMs]);
  return (
    <svg
      class="busy"
      viewBox={`0 0 ${MOMENTS} ${BUSY_PX}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Slots at work over the whole run: at most ${Math.max(0, ...busy).toFixed(0)} of ${laneCount}`}
    >
      <path d={areaOf(busy, Math.max(1, laneCount))} />
    </svg>
  );
}

/** The lanes with their bars. The pointer and the arrow keys choose an attempt; Enter or a click opens its site. */
function Lanes({ model, route, view, bar, onBar }: LanesProps): JSX.Element {
  const { attempts } = model.data.timeline;
  const open = (place: number): void => {
    const site = model.data.sites[attempts.site[place] ?? -1];
    if (site !== undefined) location.hash = hashOf({ ...route, screen: 'site', siteId: site.id });
  };
  const onPoint = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const msInPx = (view.until - view.from) / box.width;
    const slot = view.lanes[Math.floor((event.clientY - box.top) / LANE_PX)];
    onBar(nearestBar(attempts, slot, view.from + (event.clientX - box.left) * msInPx, msInPx * NEAR_PX));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && bar >= 0) return open(bar);
    const next = stepBar(attempts, view.lanes, bar, event.key);
    if (next === undefined) return;
    event.preventDefault();
    onBar(next);
  };
  return (
    <div
      class="lanes"
      tabIndex={0}
      role="application"
      aria-label={`Timeline of ${countText(view.lanes.length, 'slot')}. Arrow keys move between attempts, Enter opens the site.`}
      aria-describedby="bar-text"
      onPointerMove={onPoint}
      onClick={() => open(bar)}
      onKeyDown={onKeyDown}
      style={{ height: `${view.lanes.length * LANE_PX}px` }}
    >
      <Bars model={model} view={view} bar={bar} />
    </div>
  );
}

/** Each kind of bar is one path, so that thousands of bars stay fast. */
function Bars({ model, view, bar }: Pick<LanesProps, 'model' | 'view' | 'bar'>): JSX.Element {
  const paths = useMemo(() => new BarPaths(model.data, view), [model, view]);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${view.lanes.length * LANE_PX}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="b-session" d={paths.sessions} />
      <path class="b-opening" d={paths.opening} />
      <path class="b-waiting" d={paths.waits} />
      {paths.kinds.map(({ kind, d }) => (
        <path key={kind} class={`b-${kind}`} d={d} />
      ))}
      <path class="b-again" d={paths.again} />
      <path class="b-unit" d={paths.units} />
      <path class="b-scaled" d={paths.scaled} />
      {bar >= 0 && <path class="b-shown" d={paths.barAt(bar)} />}
    </svg>
  );
}

function barText({ data }: ReportModel, bar: number): string {
  const { attempts, waits } = data.timeline;
  const site = data.sites[attempts.site[bar] ?? -1];
  if (site === undefined)
    return waits.length === 0
      ? 'Point at a bar to read what it is.'
      : `${countText(waits.length, 'wait')}; the longest reason: ${longestWait(data)}`;
  const [attempt = 1, from = 0, durationMs = 0, slot = 0] = [
    attempts.attempt[bar],
    attempts.from[bar],
    attempts.durationMs[bar],
    attempts.slot[bar],
  ];
  return `${site.id}, attempt ${attempt}, slot ${slot}: ${barKind(data, bar)}, ${durationText(durationMs)} from ${durationText(from)}`;
}

/** The reason for which slots waited the longest in total. */
function longestWait({ timeline }: ReportModel['data']): string {
  const times = new Map<string, number>();
  for (const { why, from, until } of timeline.waits) times.set(why, (times.get(why) ?? 0) + until - from);
  const [why, ms] = [...times].toSorted((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return `${why} (${durationText(ms)})`;
}

function areaOf(values: readonly number[], max: number): string {
  const points = values.map(
    (value, place) =>
      `L${place} ${(BUSY_PX - (value / max) * BUSY_PX).toFixed(1)}L${place + 1} ${(BUSY_PX - (value / max) * BUSY_PX).toFixed(1)}`,
  );
  return `M0 ${BUSY_PX}${points.join('')}L${values.length} ${BUSY_PX}Z`;
}
