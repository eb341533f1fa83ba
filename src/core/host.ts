/** The host of a site's URL, in lower case and without its port. An IPv6 address keeps its brackets. */
export function hostOf(url: string): string {
  const canonical = CANONICAL.exec(url);
  return canonical?.[1] ?? new URL(url).hostname;
}

/** The form of every URL in a site list that was read. It saves the URL parser a million calls on a long list. */
const CANONICAL = /^https?:\/\/([a-z0-9_.-]+)(?::\d+)?\//;
