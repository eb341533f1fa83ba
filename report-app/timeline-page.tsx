import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SiteRow } from '../src/report/html/report-data.ts';
import type { ScreenProps } from './screen-props.ts';
import { hashOf } from './route.ts';
import { longestSites, timeSpent, type TimeSpent } from './time-spent.ts';
import { TimelineChart } from './timeline-chart.tsx';
import { countText, durationText, percentText } from './words.ts';

/** When things happened and where the time went. */
export function TimelinePage({ model, route }: ScreenProps): JSX.Element {
  const { data } = model;
  const spent = useMemo(() => timeSpent(data), [data]);
  const longest = longestSites(data.sites, 10);
  return (
    <>
      <h1 tabIndex={-1}>
        {durationText(data.run.durationMs)} on {countText(spent.slots.length, 'slot')}
      </h1>
      <p class="lead">
        On average {spent.averageBusy.toFixed(1)} of {spent.slots.length} slots were at work (
        {percentText(spent.averageBusy / Math.max(1, spent.slots.length))}), at most {spent.busiest}.
        {longest[0] !== undefined && (
          <>
            {' '}
            The longest site is{' '}
            <a href={hashOf({ ...route, screen: 'site', siteId: longest[0].id })}>{longest[0].id}</a>:{' '}
            {durationText(longest[0].durationMs)}.
          </>
        )}
      </p>
      <Spent spent={spent} />
      <section aria-labelledby="lanes">
        <h2 id="lanes">Sessions</h2>
        <TimelineChart model={model} route={route} />
      </section>
      <div class="columns">
        <Longest route={route} sites={longest} />
        <Slots spent={spent} />
        <Nodes data={data} />
      </div>
    </>
  );
}

function Longest({ route, sites }: Pick<ScreenProps, 'route'> & { readonly sites: readonly SiteRow[] }): JSX.Element {
  return (
    <section aria-labelledby="longest">
      <h2 id="longest">The longest sites</h2>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Site</th>
            <th scope="col">Time</th>
            <th scope="col">Attempts</th>
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => (
            <tr key={site.id}>
              <th scope="row">
                <a href={hashOf({ ...route, screen: 'site', siteId: site.id })}>{site.id}</a>
              </th>
              <td>{durationText(site.durationMs)}</td>
              <td>{site.attempts.length}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Spent({ spent }: { readonly spent: TimeSpent }): JSX.Element {
  return (
    <section aria-labelledby="spent">
      <h2 id="spent">Where the time went</h2>
      <div class="bar" aria-hidden="true">
        {spent.parts.map(({ kind, ms }) => (
          <span key={kind} class={`t-${kind}`} style={{ width: `${(ms / spent.totalMs) * 100}%` }} />
        ))}
      </div>
      <table class="plain">
        <tbody>
          {spent.parts.map(({ name, kind, ms }) => (
            <tr key={kind}>
              <th scope="row">
                <span class={`swatch t-${kind}`} aria-hidden="true" /> {name}
              </th>
              <td>{durationText(ms)}</td>
              <td>{percentText(ms / spent.totalMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const MAX_SLOTS = 100;

function Slots({ spent }: { readonly spent: TimeSpent }): JSX.Element {
  return (
    <section aria-labelledby="slots">
      <h2 id="slots">Slots</h2>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">Sessions</th>
            <th scope="col">Attempts</th>
            <th scope="col">At work</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          {spent.slots.slice(0, MAX_SLOTS).map(({ slot, sessions, sites, busy, waited }) => (
            <tr key={slot}>
              <th scope="row">{slot}</th>
              <td>{sessions}</td>
              <td>{sites}</td>
              <td>{percentText(busy)}</td>
              <td>{percentText(waited)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {spent.slots.length > MAX_SLOTS && <p>… and {spent.slots.length - MAX_SLOTS} more</p>}
    </section>
  );
}

/** When each node opened its first session and closed its last one. */
function Nodes({ data }: { readonly data: ScreenProps['model']['data'] }): JSX.Element {
  const { sessions, nodes } = data.timeline;
  const names = [...new Set(sessions.map(({ node }) => node))].sort();
  return (
    <section aria-labelledby="nodes">
      <h2 id="nodes">Nodes</h2>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Sessions</th>
            <th scope="col">From</th>
            <th scope="col">Until</th>
            <th scope="col">Faulted</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const own = sessions.filter(({ node }) => node === name);
            return (
              <tr key={name}>
                <th scope="row" class="long">
                  {name}
                </th>
                <td>{own.length}</td>
                <td>{durationText(Math.min(...own.map(({ openedAt }) => openedAt)))}</td>
                <td>{durationText(Math.max(...own.map(({ closedAt }) => closedAt)))}</td>
                <td>{own.filter(({ reason }) => reason === 'faulted').length}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {nodes.length > 0 && (
        <ul class="scaled">
          {nodes.map(({ at, nodes: count, reason }, place) => (
            <li key={place}>
              {durationText(at)}: {countText(count, 'node')}, {reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
