import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import { hashOf } from '../../sites/hash.ts';
import type { SiteList } from '../../sites/read.ts';
import { selectSites } from '../../sites/select.ts';
import type { FoundArchive } from './find-archives.ts';

/** One site of a replay. */
export interface ReplaySite {
  readonly site: Site;
  readonly archive: FoundArchive;
}

/** Two recordings of one site, the earlier one first. The ids are those of the replay. */
export interface SiteNights {
  /** The id in the recorded runs. */
  readonly siteId: string;
  readonly before: string;
  readonly tonight: string;
}

/** What a replay is going to do. */
export interface ReplayPlan {
  readonly list: SiteList;
  /** By the id of the site in the replay. */
  readonly sites: ReadonlyMap<string, ReplaySite>;
  /** Sites with exactly two recordings. */
  readonly nights: readonly SiteNights[];
}

/**
 * A list with a site for each recording. If a site has several, each gets an id with the time of its recording. Throws a
 * refusal for a glob of `--site` that matches no site.
 */
export function planReplay(archives: readonly FoundArchive[], globs: readonly string[]): ReplayPlan {
  const all = archives.map(({ site }) => site);
  const wanted = new Set(selectSites(all, { tags: [], sites: globs }).map(({ id }) => id));
  const groups = [...Map.groupBy(archives, ({ site }) => site.id)].filter(([id]) => wanted.has(id));
  const sites = new Map<string, ReplaySite>();
  const nights: SiteNights[] = [];
  for (const [siteId, found] of groups) {
    const ids = found
      .toSorted((a, b) => a.startedAt - b.startedAt)
      .map((archive) => add(sites, archive, found.length > 1));
    const [before, tonight] = ids;
    if (before !== undefined && tonight !== undefined && ids.length === 2) nights.push({ siteId, before, tonight });
  }
  const list = [...sites.values()].map(({ site }) => site);
  return { list: { sites: list, duplicateCount: 0, hash: hashOf(list) }, sites, nights };
}

/** Throws a refusal if the recorded sites need environment variables that are not set: their checks would fail without them. */
export function refuseMissingVariables({ sites }: ReplayPlan, env: Readonly<Record<string, string | undefined>>): void {
  const names = new Set([...sites.values()].flatMap(({ site }) => site.env ?? []));
  const missing = [...names].filter((name) => env[name] === undefined || env[name] === '');
  if (missing.length === 0) return;
  throw refusal(
    'sites.mistakes',
    `the recorded sites need environment variables that are not set: ${missing.join(', ')}`,
    {
      hint: 'set each of them; any value will do, unless a check looks for it on the page: the recordings hold stars in its place',
    },
  );
}

/** The recordings that were made with an extension, if the replay has none: the checks of the extension are skipped. */
export function recordedWithExtension({ sites }: ReplayPlan): readonly ReplaySite[] {
  return [...sites.values()].filter(({ archive }) => archive.hadExtension);
}

/** `--hold` keeps one page. Throws a refusal if the replay has more. */
export function refuseManyHeld({ sites }: ReplayPlan): void {
  if (sites.size > 1)
    throw refusal('options', `--hold keeps one page open, and the replay has ${sites.size} sites`, {
      hint: 'name one with --site',
    });
}

function add(sites: Map<string, ReplaySite>, archive: FoundArchive, isOneOfMany: boolean): string {
  // A recording may be replayed as often as one likes, and a site that the list leaves out was recorded, so it is tried.
  const { once: _once, skip: _skip, ...site } = archive.site;
  const base = isOneOfMany
    ? `${site.id}_${new Date(archive.startedAt).toISOString().replace(/\W/g, '').slice(0, 15)}`
    : site.id;
  let id = base;
  for (let count = 2; sites.has(id); count++) id = `${base}_${count}`;
  sites.set(id, { site: { ...site, id }, archive });
  return id;
}
