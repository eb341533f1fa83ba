/** Where a site lives, as the limits count it. */
export interface Whereabouts {
  readonly host: string;
  readonly domain: string;
  /** Loopback and private addresses are free of limits. */
  readonly local: boolean;
}

/** Counts the sites of each host and registrable domain that run now, against `--per-host` and `--per-domain`. */
export class HostLimits {
  readonly #perHost: number;
  readonly #perDomain: number;
  readonly #where: (url: string) => Whereabouts;
  readonly #known = new Map<string, Whereabouts>();
  readonly #hosts = new Map<string, number>();
  readonly #domains = new Map<string, number>();

  /** 0 is no limit. */
  constructor(perHost: number, perDomain: number, where: (url: string) => Whereabouts) {
    this.#perHost = perHost;
    this.#perDomain = perDomain;
    this.#where = where;
  }

  mayStart(url: string): boolean {
    return this.#blocking(url) === undefined;
  }

  /** In words, why a site of this URL may not start now. */
  why(url: string): string {
    return this.#blocking(url) ?? 'it may start';
  }

  started(url: string): void {
    this.#count(url, 1);
  }

  ended(url: string): void {
    this.#count(url, -1);
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
