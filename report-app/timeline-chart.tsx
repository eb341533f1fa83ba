import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ReportModel } from './report-model.ts';
import { hashOf, type Route } from './route.ts';
import { BAR_KINDS, barKind, BarPaths, LANE_PX, nearestBar, stepBar, ticksOf } from './timeline-bars.ts';
import { busyOverTime, lanesOf } from './time-spent.ts';
import { countText, durationText } from './words.ts';

/** The chart's width in its own units; it is drawn as wide as there is room. */
const WIDTH = 1000;
const BUSY_PX = 40;
const MOMENTS = 200;

interface ChartProps {
  readonly model: ReportModel;
  readonly route: Route;
}

/** Slots as lanes; sessions, units, attempts and waits as bars, each kind as one path: thousands of them stay quick. */
export function TimelineChart({ model, route }: ChartProps): JSX.Element {
  const { timeline, run } = model.data;
  const wholeMs = Math.max(1, run.durationMs, timeline.lastAt);
  const lanes = useMemo(() => lanesOf(timeline), [timeline]);
  const [[from, until], setSpan] = useState<readonly [number, number]>([0, wholeMs]);
  const [bar, setBar] = useState(-1);
  const paths = useMemo(() => new BarPaths(model.data, lanes, from, until, WIDTH), [model, lanes, from, until]);
  const busy = useMemo(() => busyOverTime(timeline, wholeMs, MOMENTS), [timeline, wholeMs]);
  const open = (place: number): void => {
    const site = model.data.sites[timeline.attempts.site[place] ?? -1];
    if (site !== undefined) location.hash = hashOf({ ...route, screen: 'site', siteId: site.id });
  };
  const onPoint = (event: PointerEvent): void => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const at = from + ((event.clientX - box.left) / box.width) * (until - from);
    setBar(
      nearestBar(
        timeline.attempts,
        lanes[Math.floor((event.clientY - box.top) / LANE_PX)],
        at,
        ((until - from) / box.width) * 3,
      ),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && bar >= 0) return open(bar);
    const next = stepBar(timeline.attempts, lanes, bar, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setBar(next);
  };
  const zoom = (factor: number): void => {
    const half = Math.min(wholeMs, (until - from) * factor) / 2;
    const shown = timeline.attempts.from[bar];
    const middle = Math.max(
      half,
      Math.min(wholeMs - half, shown === undefined || bar < 0 ? (from + until) / 2 : shown),
    );
    setSpan([middle - half, middle + half]);
  };
  const move = (share: number): void => {
    const by = Math.max(-from, Math.min(wholeMs - until, (until - from) * share));
    setSpan([from + by, until + by]);
  };
  const height = lanes.length * LANE_PX;
  return (
    <figure class="timeline">
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
      <ul class="legend">
        {BAR_KINDS.map(({ kind, name }) => (
          <li key={kind}>
            <span class={`swatch b-${kind}`} aria-hidden="true" /> {name}
          </li>
        ))}
      </ul>
      <div class="chart">
        <span class="lane-name busy-name">busy</span>
        <svg
          class="busy"
          viewBox={`0 0 ${MOMENTS} ${BUSY_PX}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Slots at work over the whole run: at most ${Math.max(0, ...busy).toFixed(0)} of ${lanes.length}`}
        >
          <path d={areaOf(busy, Math.max(1, lanes.length))} />
        </svg>
        <div class="lane-names" aria-hidden="true">
          {lanes.map((slot) => (
            <span key={slot} class="lane-name">
              {slot}
            </span>
          ))}
        </div>
        <div
          class="lanes"
          tabIndex={0}
          role="application"
          aria-label={`Timeline of ${countText(lanes.length, 'slot')}. Arrow keys move between attempts, Enter opens the site.`}
          aria-describedby="bar-text"
          onPointerMove={onPoint}
          onClick={() => open(bar)}
          onKeyDown={onKeyDown}
          style={{ height: `${height}px` }}
        >
          <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
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
        </div>
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

/** Why slots waited the longest, all waits of the same reason together. */
function longestWait({ timeline }: ReportModel['data']): string {
  const times = new Map<string, number>();
  for (const { why, from, until } of timeline.waits) times.set(why, (times.get(why) ?? 0) + until - from);
  const [why, ms] = [...times].toSorted((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return `${why} (${durationText(ms)})`;
}

function areaOf(values: readonly number[], most: number): string {
  const points = values.map(
    (value, place) =>
      `L${place} ${(BUSY_PX - (value / most) * BUSY_PX).toFixed(1)}L${place + 1} ${(BUSY_PX - (value / most) * BUSY_PX).toFixed(1)}`,
  );
  return `M0 ${BUSY_PX}${points.join('')}L${values.length} ${BUSY_PX}Z`;
}
