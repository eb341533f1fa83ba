import type { FaultRow, GroupRow, ReportData, SiteRow } from '../src/report/html/report-data.ts';
import { isBad, verdictOfLetter, VERDICTS } from './words.ts';
import type { Filter } from './route.ts';

/** The report's data, with indexes for what the screens look up often. */
export class ReportModel {
  readonly data: ReportData;
  readonly tags: readonly string[];
  readonly nodes: readonly string[];
  readonly causes: readonly string[];
  readonly hasExcuses: boolean;
  readonly #places = new Map<string, number>();
  readonly #texts: string[] = [];

  constructor(data: ReportData) {
    this.data = data;
    data.sites.forEach((site, place) => this.#places.set(site.id, place));
    this.tags = [...new Set(data.sites.flatMap((site) => site.tags ?? []))].sort();
    this.nodes = [...new Set(data.sites.flatMap((site) => site.node ?? []))].sort();
    this.causes = [...new Set(data.sites.flatMap((site) => site.cause ?? []))].sort();
    this.hasExcuses = data.sites.some(({ excused }) => excused !== undefined);
  }

  site(id: string): SiteRow | undefined {
    return this.data.sites[this.#places.get(id) ?? -1];
  }

  fault(place: number | undefined): FaultRow | undefined {
    return place === undefined ? undefined : this.data.faults[place];
  }

  /** The fault of a site's worst check. */
  mainFault(site: SiteRow): FaultRow | undefined {
    const faults = (site.details ?? []).filter(({ fault }) => fault !== undefined);
    const worst = faults.find(({ check }) => verdictOfLetter(site.letters[check]) === site.verdict) ?? faults[0];
    return this.fault(worst?.fault);
  }

  /** The groups of faults to which a check of a site belongs, or any of its checks. */
  groupsOf(site: SiteRow, check?: number): readonly GroupRow[] {
    const place = this.#places.get(site.id) ?? -1;
    return this.data.groups.filter(
      ({ sites, checks }) => sites.includes(place) && (check === undefined || checks.includes(check)),
    );
  }

  /** Whom the checks of a group blame on its sites. It may be another than the cause of their fault. */
  causesOf({ sites, checks }: GroupRow): readonly string[] {
    const details = sites.flatMap((place) => this.data.sites[place]?.details ?? []);
    const causes = details.flatMap(({ check, cause }) => (checks.includes(check) ? (cause ?? []) : []));
    return [...new Set(causes)].sort();
  }

  /** The sites that match a filter, in the filter's order. */
  sites(filter: Filter): readonly SiteRow[] {
    const group =
      filter.group === '' ? undefined : this.data.groups.find(({ fingerprint }) => fingerprint === filter.group);
    const inGroup = group === undefined ? undefined : new Set(group.sites);
    const check = filter.check === '' ? -1 : Number(filter.check) - 1;
    const words = filter.text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const found = this.data.sites.filter((site, place) => {
      if (filter.verdicts.length > 0 && !filter.verdicts.includes(site.verdict)) return false;
      if (filter.cause !== '' && site.cause !== filter.cause) return false;
      if (filter.tag !== '' && !(site.tags ?? []).includes(filter.tag)) return false;
      if (filter.node !== '' && site.node !== filter.node) return false;
      if (filter.group !== '' && inGroup?.has(place) !== true) return false;
      if (check >= 0 && !isBad(verdictOfLetter(site.letters[check]))) return false;
      if (filter.gate !== '' && this.#gateOf(site) !== filter.gate) return false;
      return words.every((word) => this.#textOf(site, place).includes(word));
    });
    if (filter.order === 'list') return found;
    if (filter.order === 'slow') return found.sort((a, b) => b.durationMs - a.durationMs);
    return found.sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  }

  /** `new` if a failure of the site is new, `known` if it has only known failures, empty if it has none. Flaky is no failure. */
  #gateOf(site: SiteRow): string {
    const known = new Set(site.excused?.map(({ check }) => check));
    const wrong = site.letters
      .split('')
      .flatMap((letter, check) => (letter !== '~' && isBad(verdictOfLetter(letter)) ? [check] : []));
    if (wrong.length === 0) return '';
    return wrong.every((check) => known.has(check)) ? 'known' : 'new';
  }

  #textOf(site: SiteRow, place: number): string {
    const made = this.#texts[place];
    if (made !== undefined) return made;
    const told = (site.details ?? []).flatMap(({ check, fault, reason }) => {
      const row = this.fault(fault);
      return [this.data.checks[check]?.title, row?.code, row?.message, reason];
    });
    const text = [site.id, site.url, site.verdict, site.cause, site.node, ...(site.tags ?? []), ...told]
      .join('\n')
      .toLowerCase();
    this.#texts[place] = text;
    return text;
  }
}
