/** What the limits need to know of a site's URL. */
export interface Whereabouts {
  readonly host: string;
  readonly domain: string;
  /** A loopback or private address, which has no limit. */
  readonly local: boolean;
}

export interface HostRules {
  /** Maximum sites of one host at once; 0 means no limit. */
  readonly perHost: number;
  /** Maximum sites of one registrable domain at once; 0 means no limit. */
  readonly perDomain: number;
  /** How long a host rests between the end of a site and the start of the next, in ms. */
  readonly hostDelayMs: number;
  /** Called once for each URL. */
  readonly where: (url: string) => Whereabouts;
}

/**
 * Counts the running sites of each host and registrable domain. Enforces `--per-host`, `--per-domain` and `--host-delay`.
 * Dispose of it to forget the hosts that rest.
 */
export class HostLimits implements Disposable {
  readonly #rules: HostRules;
  readonly #known = new Map<string, Whereabouts>();
  readonly #hosts = new Map<string, number>();
  readonly #domains = new Map<string, number>();
  readonly #resting = new Map<string, NodeJS.Timeout>();
  #onRested = (): void => {};

  constructor(rules: HostRules) {
    this.#rules = rules;
  }

  /** Calls `listener` each time a host has rested, so that a site may start that could not before. */
  onRested(listener: () => void): void {
    this.#onRested = listener;
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
    const { host, local } = this.#whereabouts(url);
    const { hostDelayMs } = this.#rules;
    if (local || hostDelayMs === 0) return;
    clearTimeout(this.#resting.get(host));
    const rested = (): void => {
      this.#resting.delete(host);
      this.#onRested();
    };
    this.#resting.set(host, setTimeout(rested, hostDelayMs));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
  }

  /** The registrable domain of a site; undefined if its address is loopback or private. */
  domainOf(url: string): string | undefined {
    const { domain, local } = this.#whereabouts(url);
    return local ? undefined : domain;
  }

  #blocking(url: string): string | undefined {
    const { perHost, perDomain, hostDelayMs } = this.#rules;
    if (perHost === 0 && perDomain === 0 && hostDelayMs === 0) return undefined;
    const { host, domain, local } = this.#whereabouts(url);
    if (local) return undefined;
    if (perHost > 0 && (this.#hosts.get(host) ?? 0) >= perHost) return `${host} is busy (--per-host ${perHost})`;
    if (perDomain > 0 && (this.#domains.get(domain) ?? 0) >= perDomain)
      return `${domain} is busy (--per-domain ${perDomain})`;
    return this.#resting.has(host) ? `${host} rests (--host-delay ${hostDelayMs})` : undefined;
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
      found = this.#rules.where(url);
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
