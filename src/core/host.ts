/**
 * The host of a site's URL, in lower case and without its port. An IPv6 address keeps its brackets. A URL that cannot be
 * read is its own host: a journal that anyone may have written may hold one, and so may one whose port was masked.
 */
export function hostOf(url: string): string {
  const canonical = CANONICAL.exec(url);
  return canonical?.[1] ?? URL.parse(url)?.hostname ?? url;
}

/** The form of every URL in a site list that was read. It saves the URL parser a million calls on a long list. */
const CANONICAL = /^https?:\/\/([a-z0-9_.-]+)(?::\d+)?\//;
