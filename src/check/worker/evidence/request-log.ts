import { harEntry, rulesForPeople, type HarRules, type NetworkEvent } from './har-entry.ts';
import { withoutScheme } from '../../../text/telling-value.ts';
import { LastTexts } from './last-texts.ts';

/** How a log keeps secrets out of the evidence. */
export interface LogSecrets {
  /** Removes from a text what no output may show. */
  readonly clean: (text: string) => string;
  /** Takes a token or a key that a request or an answer holds. */
  readonly onSecret: (value: string) => void;
}

/** One process may log hundreds of sites at once. */
const BOUNDS = { maxCount: 1_000, maxChars: 4 * 1024 * 1024 };

/** The newest requests of a site's pages, without bodies. */
export class RequestLog {
  /** JSON text: objects would take several times the memory. */
  readonly #entries = new LastTexts(BOUNDS);
  readonly #rules: HarRules;

  constructor({ clean, onSecret }: LogSecrets) {
    this.#rules = rulesForPeople(clean, (name, value) => {
      // The values of cookies are many, and most are no secrets.
      if (!/cookie/i.test(name)) onSecret(withoutScheme(value));
    });
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
