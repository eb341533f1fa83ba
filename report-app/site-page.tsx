import type { JSX } from 'preact';
import type { PicturesOfSite } from '../src/core/verdict.ts';
import type { SiteRow } from '../src/report/html/report-data.ts';
import type { ScreenProps } from './screen-props.ts';
import { AttemptColumn } from './attempt-column.tsx';
import { Attachments, AttachmentView } from './attachments.tsx';
import { EarlierRuns } from './earlier-runs.tsx';
import { FaultText } from './fault-text.tsx';
import { hashOf } from './route.ts';
import { countText, durationText, isBad, markOf, verdictOfLetter, VERDICTS } from './words.ts';

/** Everything about one site: its checks, its attempts side by side, and how it did in earlier runs. */
export function SitePage({ model, route }: ScreenProps): JSX.Element {
  const site = model.site(route.siteId);
  if (site === undefined) return <h1 tabIndex={-1}>There is no site {route.siteId} in this run</h1>;
  return (
    <article class="site-page">
      <Neighbours model={model} route={route} site={site} />
      <SiteHead site={site} />
      {site.pictures !== undefined && (
        <BothArms base={model.data.evidenceBase} pictures={site.pictures} arms={site.arms ?? ''} />
      )}
      <section aria-labelledby="checks">
        <h2 id="checks">Checks</h2>
        <ul class="checks">
          {worstFirst(site.letters).map((check) => (
            <Check key={check} model={model} route={route} site={site} check={check} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="attempts">
        <h2 id="attempts">Attempts</h2>
        {site.attempts.length === 0 && <p class="empty">No attempt was started.</p>}
        <div class="attempts">
          {site.attempts.map((attempt) => (
            <AttemptColumn key={attempt.attempt} model={model} site={site} attempt={attempt} />
          ))}
        </div>
      </section>
      {site.remembered !== undefined && <EarlierRuns runs={site.remembered} />}
    </article>
  );
}

/** The same check with the build and without it, side by side. */
function BothArms({
  base,
  pictures,
  arms,
}: {
  readonly base: string;
  readonly pictures: PicturesOfSite;
  readonly arms: string;
}): JSX.Element {
  const pictureOf = (name: string, path: string): JSX.Element => (
    <li>
      <AttachmentView base={base} attachment={{ name, path, contentType: 'image/png' }} />
    </li>
  );
  return (
    <section aria-labelledby="both-arms">
      <h2 id="both-arms">With and without the build</h2>
      <p>{arms}</p>
      <ul class="both-arms">
        {pictureOf('with the build', pictures.subject)}
        {pictureOf('without it, or with the other build', pictures.control)}
      </ul>
    </section>
  );
}

function SiteHead({ site }: { readonly site: SiteRow }): JSX.Element {
  const facts = [
    site.cause && `cause: ${site.cause}`,
    site.code,
    site.node,
    site.control && `control: ${site.control}`,
    site.arms,
    site.replay,
    ...(site.tags ?? []).map((tag) => `#${tag}`),
  ];
  return (
    <>
      <h1 tabIndex={-1}>
        <span class={`mark v-${site.verdict}`} aria-hidden="true">
          {markOf(site.verdict)}
        </span>{' '}
        {site.id}
      </h1>
      <p class="url">
        {/^https?:/i.test(site.url) ? (
          <a href={site.url} rel="noreferrer noopener" target="_blank">
            {site.url}
          </a>
        ) : (
          site.url
        )}
      </p>
      <p class="facts">
        <b class={`v-${site.verdict}`}>{site.verdict}</b>
        <span>{durationText(site.durationMs)}</span>
        <span>{countText(site.attempts.length, 'attempt')}</span>
        {facts.map((fact) => fact !== undefined && fact !== '' && <span key={fact}>{fact}</span>)}
      </p>
    </>
  );
}

/** The places of the checks, worst verdict first. Equal verdicts keep the suite's order. */
function worstFirst(letters: string): readonly number[] {
  const rank = (check: number): number => VERDICTS.indexOf(verdictOfLetter(letters[check]) ?? 'passed');
  return letters
    .split('')
    .map((_letter, check) => check)
    .sort((a, b) => rank(a) - rank(b));
}

interface CheckProps extends Pick<ScreenProps, 'model' | 'route'> {
  readonly site: SiteRow;
  readonly check: number;
}

function Check({ model, route, site, check }: CheckProps): JSX.Element {
  const verdict = verdictOfLetter(site.letters[check]) ?? 'not-run';
  const detail = site.details?.find((known) => known.check === check);
  const excuse = site.excused?.find((known) => known.check === check);
  const groups = isBad(verdict) ? model.groupsOf(site, check).filter(({ sites }) => sites.length > 1) : [];
  return (
    <li class="check">
      <p class="check-line">
        <span class={`mark v-${verdict}`} aria-hidden="true">
          {markOf(verdict)}
        </span>
        <span class="check-title">{model.data.checks[check]?.title}</span>
        <span class={`v-${verdict}`}>{verdict}</span>
        <span class="time">{durationText(site.checkMs[check] ?? 0)}</span>
      </p>
      {excuse !== undefined && (
        <p class="excuse">
          Does not count: {excuse.by === 'expectation' ? 'an expected failure' : 'known from the baseline'}:{' '}
          {excuse.text}
        </p>
      )}
      {detail?.reason !== undefined && <p class="reason">{detail.reason}</p>}
      <FaultText fault={model.fault(detail?.fault)} />
      {groups.map(({ fingerprint, sites }) => (
        <p key={fingerprint}>
          <a
            href={hashOf({
              screen: 'sites',
              siteId: '',
              filter: { ...route.filter, group: fingerprint, text: '', verdicts: [] },
            })}
          >
            {countText(sites.length - 1, 'other site')} with the same fault
          </a>
        </p>
      ))}
      {site.attempts.length <= 1 && (
        <Attachments base={model.data.evidenceBase} attachments={detail?.attachments ?? []} />
      )}
    </li>
  );
}

/** Links to the sites before and after this one, among those that match the filters. */
function Neighbours({
  model,
  route,
  site,
}: Pick<ScreenProps, 'model' | 'route'> & { readonly site: SiteRow }): JSX.Element {
  const sites = model.sites(route.filter);
  const place = sites.indexOf(site);
  const [before, after] = place < 0 ? [] : [sites[place - 1], sites[place + 1]];
  return (
    <nav class="neighbours" aria-label="Sites of the same list">
      <a href={hashOf({ ...route, screen: 'sites', siteId: '' })}>← All sites</a>
      {before !== undefined && <a href={hashOf({ ...route, siteId: before.id })}>Previous: {before.id}</a>}
      {after !== undefined && <a href={hashOf({ ...route, siteId: after.id })}>Next: {after.id}</a>}
    </nav>
  );
}
