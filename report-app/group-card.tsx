import type { JSX } from 'preact';
import type { GroupRow } from '../src/report/html/report-data.ts';
import { hashOf, NO_FILTER, type Route } from './route.ts';
import type { ReportModel } from './report-model.ts';
import { countText, firstLine } from './words.ts';

export interface GroupProps {
  readonly model: ReportModel;
  readonly route: Route;
  readonly group: GroupRow;
}

/** One cause of failures, as a card that links to its sites. */
export function GroupCard({ model, group }: GroupProps): JSX.Element {
  const fault = model.fault(group.fault);
  const causes = model.causesOf(group).join(', ') || (fault?.cause ?? '');
  const titles = group.checks.map((check) => model.data.checks[check]?.title ?? '');
  return (
    <a
      class={`card${group.newSites === 0 ? ' known' : ''}`}
      href={hashOf({ screen: 'sites', siteId: '', filter: { ...NO_FILTER, group: group.fingerprint } })}
    >
      <span class="card-count">
        <b>{group.sites.length.toLocaleString('en')}</b> {group.sites.length === 1 ? 'site' : 'sites'}
      </span>
      <span class="card-text">
        <span class="card-message">{firstLine(fault?.message ?? '')}</span>
        <span class="card-facts">
          {causes !== '' && <span class="chip">cause: {causes}</span>}
          <NewChip model={model} group={group} />
          <span>{titles.length === 1 ? titles[0] : countText(titles.length, 'check')}</span>
        </span>
      </span>
    </a>
  );
}

export function NewChip({ model, group }: Pick<GroupProps, 'model' | 'group'>): JSX.Element | null {
  if (!model.hasExcuses) return null;
  if (group.newSites === 0) return <span class="chip">known</span>;
  return <span class="chip new">{group.newSites === group.sites.length ? 'new' : `${group.newSites} new`}</span>;
}
