import { harEntry, type NetworkEvent } from './har-entry.ts';
import { LastTexts } from './last-texts.ts';

/** Characters, too: hundreds of sites are heard at once in one process. */
const BOUNDS = { maxCount: 1_000, maxChars: 4 * 1024 * 1024 };

/** The requests that a site's pages made: the newest ones, without their bodies. */
export class RequestLog {
  /** As text: an object of many small strings takes several times the memory. */
  readonly #entries = new LastTexts(BOUNDS);
  readonly #clean: (text: string) => string;

  /** @param clean takes out of a text what no output may show */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  add(event: NetworkEvent): void {
    this.#entries.add(JSON.stringify(harEntry(event, this.#clean)));
  }

  /** As an HTTP Archive 1.2, in the order in which they ended; empty where there was none. */
  har(): string {
    const entries = this.#entries.list();
    if (entries.length === 0) return '';
    const { droppedCount } = this.#entries;
    const comment = droppedCount === 0 ? '' : `,"comment":"${droppedCount} older requests are left out"`;
    return `{"log":{"version":"1.2","creator":{"name":"gridrun","version":"1"}${comment},"entries":[\n${entries.join(',\n')}\n]}}\n`;
  }
}
