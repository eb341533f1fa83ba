import type { JSX } from 'preact';
import type { ScreenProps } from './screen-props.ts';
import { FaultText } from './fault-text.tsx';
import { hashOf, NO_FILTER } from './route.ts';
import type { ReportModel } from './report-model.ts';
import { countText, dateText, durationText, markOf, VERDICTS } from './words.ts';

/** How the run ended, in one sentence and in counts that lead to their sites. */
export function RunHead({ model }: ScreenProps): JSX.Element {
  const { run, counts, checks, sites, browsers, extensions, notices } = model.data;
  const facts = [
    dateText(run.startedAt),
    durationText(run.durationMs),
    `${countText(sites.length, 'site')} × ${countText(checks.length, 'check')}`,
    countText(run.sessions, 'session'),
    run.grid === 'local' ? 'local browsers' : run.grid,
    ...browsers.slice(0, 3),
    ...extensions.map(({ arm, name, version }) => `${arm === 'control' ? 'control: ' : ''}${name} ${version}`),
    ...(run.shard.total > 1 ? [`shard ${run.shard.index} of ${run.shard.total}`] : []),
    ...(run.resumes === '' ? [] : [`goes on with ${run.resumes}`]),
    ...(run.duplicateCount > 0 ? [countText(run.duplicateCount, 'duplicate')] : []),
  ];
  return (
    <section class="head" aria-label="The run">
      <h1 tabIndex={-1}>{headline(model)}</h1>
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
      <NewOrKnown model={model} />
      <p class="facts">
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
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

function headline({ data }: ReportModel): string {
  const { counts, counted, groups, run } = data;
  const wrong = counts.failed + counts.errored;
  if (run.reasons.length === 0 && wrong === 0) return 'Every site passed';
  const fresh = groups.filter(({ newSites }) => newSites > 0).length;
  if (counted.failed + counted.errored > 0) {
    const count = counted.failed + counted.errored;
    return `${countText(count, 'site')} ${verb(count)} wrong${fresh > 0 ? `, from ${countText(fresh, 'cause')}` : ''}`;
  }
  if (wrong > 0 && run.reasons.length === 0) return 'Nothing new is wrong';
  return run.reasons.length === 0 ? 'Every site passed' : `Not all is well: ${run.reasons.join('; ')}`;
}

function verb(count: number): string {
  return count === 1 ? 'is' : 'are';
}

/** Only a baseline or expectations can tell what is new. */
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
