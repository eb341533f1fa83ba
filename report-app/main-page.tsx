import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ScreenProps } from './screen-props.ts';
import { Filters } from './filters.tsx';
import { GroupCard } from './group-card.tsx';
import { Matrix } from './matrix.tsx';
import { hashOf, NO_FILTER } from './route.ts';
import { RunHead } from './run-head.tsx';
import { countText } from './words.ts';

const MAX_GROUPS = 6;

/** The first screen: how the run ended, the main causes of failures, and every site with every check. */
export function MainPage(props: ScreenProps): JSX.Element {
  const { model, route, whole } = props;
  const { groups } = model.data;
  const sites = useMemo(() => model.sites(route.filter), [model, route.filter]);
  // New failures matter most.
  const first = groups.toSorted((a, b) => b.newSites - a.newSites).slice(0, MAX_GROUPS);
  return (
    <>
      <RunHead {...props} />
      {groups.length > 0 && (
        <section aria-labelledby="broke">
          <h2 id="broke">What broke</h2>
          <ul class="cards">
            {first.map((group) => (
              <li key={group.fingerprint}>
                <GroupCard model={model} route={route} group={group} />
              </li>
            ))}
          </ul>
          {groups.length > MAX_GROUPS && (
            <p>
              <a href={hashOf({ screen: 'groups', siteId: '', filter: NO_FILTER })}>
                All {countText(groups.length, 'cause')}
              </a>
            </p>
          )}
        </section>
      )}
      <section aria-labelledby="sites">
        <h2 id="sites">Sites</h2>
        <Filters {...props} shownCount={sites.length} />
        <Matrix model={model} route={route} sites={sites} whole={whole} />
      </section>
    </>
  );
}
