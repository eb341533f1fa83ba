import type { JSX } from 'preact';
import type { ScreenProps } from './screen-props.ts';
import { FaultText } from './fault-text.tsx';
import { NewChip } from './group-card.tsx';
import { hashOf, NO_FILTER } from './route.ts';
import { countText } from './words.ts';

const MAX_SITES = 20;

/** All failures, grouped by their cause. */
export function GroupsPage({ model, whole }: ScreenProps): JSX.Element {
  const { groups, sites, checks } = model.data;
  return (
    <>
      <h1 tabIndex={-1}>{groups.length === 0 ? 'Nothing failed' : countText(groups.length, 'cause')}</h1>
      {groups.map((group) => (
        <section key={group.fingerprint} class="group" aria-label={`Group ${group.fingerprint}`}>
          <h2>
            {countText(group.sites.length, 'site')} <NewChip model={model} group={group} />
          </h2>
          <FaultText fault={model.fault(group.fault)} />
          <p>
            {group.checks.map((check) => (
              <span key={check} class="chip">
                {checks[check]?.title}
              </span>
            ))}
          </p>
          <p class="links">
            {group.sites.slice(0, whole ? undefined : MAX_SITES).map((place) => {
              const id = sites[place]?.id ?? '';
              return (
                <a
                  key={place}
                  href={hashOf({ screen: 'site', siteId: id, filter: { ...NO_FILTER, group: group.fingerprint } })}
                >
                  {id}
                </a>
              );
            })}
            {group.sites.length > MAX_SITES && !whole && (
              <a href={hashOf({ screen: 'sites', siteId: '', filter: { ...NO_FILTER, group: group.fingerprint } })}>
                all {group.sites.length}
              </a>
            )}
          </p>
        </section>
      ))}
    </>
  );
}
