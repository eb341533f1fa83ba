/** What the limits need to know of a site's URL. */
export interface Whereabouts {
  readonly host: string;
  readonly domain: string;
  /** A loopback or private address, which has no limit. */
  readonly local: boolean;
}

/** Counts the running sites of each host and registrable domain. Enforces `--per-host` and `--per-domain`. */
export class HostLimits {
  readonly #perHost: number;
  readonly #perDomain: number;
  readonly #where: (url: string) => Whereabouts;
  readonly #known = new Map<string, Whereabouts>();
  readonly #hosts = new Map<string, number>();
  readonly #domains = new Map<string, number>();

  /** A limit of 0 means no limit. `where` is called once for each URL. */
  constructor(perHost: number, perDomain: number, where: (url: string) => Whereabouts) {
    this.#perHost = perHost;
    this.#perDomain = perDomain;
    this.#where = where;
  }

  mayStart(url: string): boolean {
    return this.#blocking(url) === undefined;
  }

  /** Says why a site with this URL may not start now. */
  why(url: string): string {
    return this.#blocking(url) ?? 'it may start';
  }

  started(url: string): void {
    this.#count(url, 1);
  }

  ended(url: string): void {
    this.#count(url, -1);
  }

  /** The registrable domain of a site; undefined if its address is loopback or private. */
  domainOf(url: string): string | undefined {
    const { domain, local } = this.#whereabouts(url);
    return local ? undefined : domain;
  }

  #blocking(url: string): string | undefined {
    if (this.#perHost === 0 && this.#perDomain === 0) return undefined;
    const { host, domain, local } = this.#whereabouts(url);
    if (local) return undefined;
    if (this.#perHost > 0 && (this.#hosts.get(host) ?? 0) >= this.#perHost)
      return `${host} is busy (--per-host ${this.#perHost})`;
    if (this.#perDomain > 0 && (this.#domains.get(domain) ?? 0) >= this.#perDomain) {
      return `${domain} is busy (--per-domain ${this.#perDomain})`;
    }
    return undefined;
  }

  #count(url: string, by: number): void {
    const { host, domain, local } = this.#whereabouts(url);
    if (local) return;
    bump(this.#hosts, host, by);
    bump(this.#domains, domain, by);
  }

  #whereabouts(url: string): Whereabouts {
    let found = this.#known.get(url);
    if (found === undefined) {
      found = this.#where(url);
      this.#known.set(url, found);
    }
    return found;
  }
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
