import { harEntry, rulesForPeople, type HarRules, type NetworkEvent } from './har-entry.ts';
import { LastTexts } from './last-texts.ts';

/** One process may log hundreds of sites at once. */
const BOUNDS = { maxCount: 1_000, maxChars: 4 * 1024 * 1024 };

/** The newest requests of a site's pages, without bodies. */
export class RequestLog {
  /** JSON text: objects would take several times the memory. */
  readonly #entries = new LastTexts(BOUNDS);
  readonly #rules: HarRules;

  /** @param clean removes from a text what no output may show */
  constructor(clean: (text: string) => string) {
    this.#rules = rulesForPeople(clean);
  }

  add(event: NetworkEvent): void {
    this.#entries.add(JSON.stringify(harEntry(event, this.#rules)));
  }

  /** The requests as an HTTP Archive 1.2, in the order in which they ended; empty if there were none. */
  har(): string {
    const entries = this.#entries.list();
    if (entries.length === 0) return '';
    const { droppedCount } = this.#entries;
    const comment = droppedCount === 0 ? '' : `,"comment":"${droppedCount} older requests are left out"`;
    return `{"log":{"version":"1.2","creator":{"name":"gridrun","version":"1"}${comment},"entries":[\n${entries.join(',\n')}\n]}}\n`;
  }
}
