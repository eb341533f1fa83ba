import { getDomain } from 'tldts';

/**
 * Is an address on another site than the one of the list? Sites are told apart by their registrable domain, so that
 * `https`, `www.` and a shop of one's own stay the same site. An address without a domain is its host and its port.
 */
export function leftSite(siteUrl: string, url: string): boolean {
  if (!/^https?:/.test(url) || !URL.canParse(url) || !URL.canParse(siteUrl)) return false;
  return placeOf(new URL(siteUrl)) !== placeOf(new URL(url));
}

function placeOf({ hostname, host }: URL): string {
  return getDomain(hostname, { allowPrivateDomains: true }) ?? host;
}
