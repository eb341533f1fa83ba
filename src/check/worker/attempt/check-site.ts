import type { Site } from '../../../core/site.ts';
import type { CheckSite } from '../attempt-context.ts';

/** A site of the list as its checks read it, with the values of the environment variables that it names. */
export function checkSiteOf(site: Site): CheckSite {
  const env = Object.fromEntries((site.env ?? []).map((name) => [name, process.env[name]]));
  return { id: site.id, url: site.url, tags: site.tags ?? [], data: site.data, env };
}

/** The values that no output may show. */
export function secretsInSite(site: CheckSite): string[] {
  return Object.values(site.env).filter((value) => value !== undefined);
}
