import type { JSX } from 'preact';
import type { ScreenProps } from './screen-props.ts';
import { FaultText } from './fault-text.tsx';
import { hashOf, NO_FILTER } from './route.ts';
import type { ReportModel } from './report-model.ts';
import { countText, dateText, durationText, markOf, VERDICTS } from './words.ts';

/** How the run ended: a sentence, the counts with links to their sites, and what went wrong with the run itself. */
export function RunHead({ model }: ScreenProps): JSX.Element {
  const { run, notices } = model.data;
  return (
    <section class="head" aria-label="The run">
      <h1 tabIndex={-1}>{headline(model)}</h1>
      <Counts model={model} />
      <NewOrKnown model={model} />
      <p class="facts">
        {factsOf(model).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {run.comparison !== undefined && <p class="comparison">In short: {run.comparison}.</p>}
      <BrokenSites model={model} />
      {run.stops.map((text) => (
        <p key={text} class="warning">
          Stopped: {text}
        </p>
      ))}
      {!run.ended && <p class="warning">The run was cut off: its journal has no end.</p>}
      {run.faults.map((place) => (
        <FaultText key={place} fault={model.fault(place)} />
      ))}
      {notices.length > 0 && (
        <details class="notices">
          <summary>{countText(notices.length, 'notice')}</summary>
          <ul>
            {notices.map(({ code, text }, place) => (
              <li key={place}>
                <code>{code}</code> {text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** The head names at most this many sites. */
const MAX_BROKEN = 20;

/** Links to the sites that the build broke, for sure or probably. */
function BrokenSites({ model }: { readonly model: ReportModel }): JSX.Element | null {
  const broken = model.data.sites.filter(({ cause }) => cause === 'extension');
  if (broken.length === 0) return null;
  const more = broken.length - MAX_BROKEN;
  return (
    <p class="broken-sites">
      Cause extension:{' '}
      {broken.slice(0, MAX_BROKEN).map(({ id }) => (
        <a key={id} href={hashOf({ screen: 'site', siteId: id, filter: NO_FILTER })}>
          {id}
        </a>
      ))}
      {more > 0 && (
        <a href={hashOf({ screen: 'sites', siteId: '', filter: { ...NO_FILTER, cause: 'extension' } })}>
          and {more.toLocaleString('en')} more
        </a>
      )}
    </p>
  );
}

function factsOf({ data }: ReportModel): readonly string[] {
  const { run, checks, sites, browsers, extensions } = data;
  return [
    dateText(run.startedAt),
    durationText(run.durationMs),
    `${countText(sites.length, 'site')} × ${countText(checks.length, 'check')}`,
    countText(run.sessions, 'session'),
    run.grid === 'local' ? 'local browsers' : run.grid,
    ...browsers.slice(0, 3),
    ...extensions.map(({ arm, name, version }) => `${arm === 'control' ? 'control: ' : ''}${name} ${version}`),
    ...(run.shard.total > 1 ? [`shard ${run.shard.index} of ${run.shard.total}`] : []),
    ...(run.resumes === '' ? [] : [`resumes ${run.resumes}`]),
    ...(run.duplicateCount > 0 ? [countText(run.duplicateCount, 'duplicate')] : []),
  ];
}

function Counts({ model }: { readonly model: ReportModel }): JSX.Element {
  const { counts } = model.data;
  return (
    <ul class="counts">
      {VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => (
        <li key={verdict}>
          <a
            class={`count v-${verdict}`}
            href={hashOf({ screen: 'sites', siteId: '', filter: { ...NO_FILTER, verdicts: [verdict] } })}
          >
            <span class="mark" aria-hidden="true">
              {markOf(verdict)}
            </span>{' '}
            <b>{counts[verdict].toLocaleString('en')}</b> {verdict}
          </a>
        </li>
      ))}
    </ul>
  );
}

function headline({ data }: ReportModel): string {
  const { counts, counted, groups, run } = data;
  const wrong = counts.failed + counts.errored;
  if (run.reasons.length === 0 && wrong === 0) return 'Every site passed';
  const fresh = groups.filter(({ newSites }) => newSites > 0).length;
  if (counted.failed + counted.errored > 0) {
    const count = counted.failed + counted.errored;
    return `${countText(count, 'site')} ${verb(count)} wrong${fresh > 0 ? `, from ${countText(fresh, 'cause')}` : ''}`;
  }
  if (wrong > 0 && run.reasons.length === 0) return 'No new failures';
  return run.reasons.length === 0 ? 'Every site passed' : `The run did not pass: ${run.reasons.join('; ')}`;
}

function verb(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** How many sites fail newly and how many are known to fail. Only a baseline or expectations tell which is which. */
function NewOrKnown({ model }: { readonly model: ReportModel }): JSX.Element | null {
  if (!model.hasExcuses) return null;
  const [fresh, known] = (['new', 'known'] as const).map((gate) => ({
    gate,
    count: model.sites({ ...NO_FILTER, gate }).length,
  }));
  return (
    <p class="gate">
      {[fresh, known].map(
        (part) =>
          part !== undefined && (
            <a
              key={part.gate}
              class={`count g-${part.gate}`}
              href={hashOf({ screen: 'sites', siteId: '', filter: { ...NO_FILTER, gate: part.gate } })}
            >
              <b>{part.count.toLocaleString('en')}</b> {part.gate === 'new' ? 'new' : 'known, not counted'}
            </a>
          ),
      )}
    </p>
  );
}
