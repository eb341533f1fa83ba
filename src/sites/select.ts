import picomatch from 'picomatch';
import type { Site } from '../core/site.ts';
import { refusal } from '../core/fault.ts';
import { hostOf } from '../core/host.ts';
import { nearest } from '../text/nearest.ts';

const MAX_SHOWN = 20;

/** Which sites of the list to run. `RunOptions.selection` has these fields. */
export interface SiteSelection {
  /** Tags without the `@`. A site needs one of them. A tag that no site has may be a tag of checks. */
  readonly tags: readonly string[];
  /** Globs for a site's id or host. A site must match one of them. */
  readonly sites: readonly string[];
}

/**
 * The sites to run, in the order of the list. If any site has one of the tags, tags select sites. Otherwise they are
 * tags of checks, and every site stays. Throws a refusal for a glob that matches no site.
 */
export function selectSites(sites: readonly Site[], selection: SiteSelection): readonly Site[] {
  const wanted = new Set(selection.tags);
  const isTagged = (site: Site): boolean => site.tags?.some((tag) => wanted.has(tag)) === true;
  const tagged = wanted.size > 0 && sites.some(isTagged) ? sites.filter(isTagged) : sites;
  return selection.sites.length === 0 ? tagged : matching(sites, tagged, selection.sites);
}

/** One line for each tag that no site and no check has, with the tag that was probably meant. */
export function unknownTags(
  tags: readonly string[],
  sites: readonly Site[],
  checkTags: ReadonlySet<string>,
): readonly string[] {
  if (tags.length === 0) return [];
  const known = new Set(checkTags);
  for (const site of sites) for (const tag of site.tags ?? []) known.add(tag);
  return tags
    .filter((tag) => !known.has(tag))
    .map((tag) => {
      const meant = nearest(tag, [...known]);
      const there =
        known.size === 0
          ? '; the list and the checks have no tags'
          : `; the tags are ${[...known].sort().slice(0, MAX_SHOWN).join(', ')}${known.size > MAX_SHOWN ? ', …' : ''}`;
      return `--tag ${tag}: no site and no check has this tag${meant === undefined ? there : `; did you mean "${meant}"?`}`;
    });
}

function matching(all: readonly Site[], tagged: readonly Site[], globs: readonly string[]): readonly Site[] {
  const matchers = globs.map((glob) => ({ glob, matches: picomatch(glob, { dot: true }), isUsed: false }));
  const selected = tagged.filter((site) => {
    const host = hostOf(site.url);
    // Test every glob, so that each glob without a match is reported.
    return (
      matchers.filter((matcher) => (matcher.matches(site.id) || matcher.matches(host)) && (matcher.isUsed = true))
        .length > 0
    );
  });
  const mistakes = matchers
    .filter(({ isUsed }) => !isUsed)
    .map(({ glob, matches }) => {
      const isUntagged = all.some((site) => matches(site.id) || matches(hostOf(site.url)));
      return `--site ${glob}: ${isUntagged ? 'matches no site with the given tag' : 'matches no id and no host of the list'}`;
    });
  if (mistakes.length > 0)
    throw refusal('sites.unmatched', 'a --site glob matches no site', {
      mistakes,
      hint: 'run with --list to see the ids',
    });
  return selected;
}
