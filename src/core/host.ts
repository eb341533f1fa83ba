/** The host of a site's URL, in lower case, without its port; an IPv6 address keeps its brackets. */
export function hostOf(url: string): string {
  const canonical = CANONICAL.exec(url);
  return canonical?.[1] ?? new URL(url).hostname;
}

/** What every URL of a site list looks like once it is read; a million of them are no work for the URL parser. */
const CANONICAL = /^https?:\/\/([a-z0-9_.-]+)(?::\d+)?\//;
