import type { JSX } from 'preact';
import type { SiteRow } from '../src/report/html/report-data.ts';
import { hashOf, type Route } from './route.ts';
import type { ReportModel } from './report-model.ts';
import { durationText, firstLine, markOf, verdictOfLetter } from './words.ts';

export interface MatrixRowProps {
  readonly model: ReportModel;
  readonly route: Route;
  readonly site: SiteRow;
  readonly place: number;
}

/** One site: its verdict, its checks, and its first failure. */
export function MatrixRow({ model, route, site, place }: MatrixRowProps): JSX.Element {
  const known = new Set(site.excused?.map(({ check }) => check));
  const why = model.mainFault(site)?.message ?? site.details?.[0]?.reason ?? '';
  return (
    <tr role="row" aria-rowindex={place + 2}>
      <th role="rowheader" scope="row" class="site">
        <span class={`mark v-${site.verdict}`} role="img" aria-label={site.verdict}>
          {markOf(site.verdict)}
        </span>
        <a data-place={place} href={hashOf({ ...route, screen: 'site', siteId: site.id })} title={site.url}>
          {site.id}
        </a>
      </th>
      <td role="cell" class="time">
        {durationText(site.durationMs)}
      </td>
      {site.letters.split('').map((letter, check) => {
        const verdict = verdictOfLetter(letter) ?? 'not-run';
        const isKnown = known.has(check);
        return (
          <td
            key={check}
            role="cell"
            class={`cell v-${verdict}${isKnown ? ' known' : ''}`}
            title={`${model.data.checks[check]?.title ?? ''}: ${verdict}${isKnown ? ', known' : ''}`}
          >
            <span aria-hidden="true">{markOf(verdict)}</span>
            <span class="hidden">
              {verdict}
              {isKnown ? ', known' : ''}
            </span>
          </td>
        );
      })}
      <td role="cell" class="why">
        {firstLine(why)}
      </td>
    </tr>
  );
}
