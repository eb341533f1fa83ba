export interface OutputLimits {
  readonly maxChars: number;
  /** Each write is an event of the journal, which takes more room than a short text. */
  readonly maxWrites: number;
}

/** Lets output pass up to its limits, and then says once that the rest is left out. */
export class OutputBound {
  readonly #limits: OutputLimits;
  #chars = 0;
  #writes = 0;
  #isOver = false;

  constructor(limits: OutputLimits) {
    this.#limits = limits;
  }

  /** What may be shown of the next text; undefined if nothing. */
  take(text: string): string | undefined {
    if (this.#isOver) return undefined;
    const { maxChars, maxWrites } = this.#limits;
    const room = maxChars - this.#chars;
    this.#chars += text.length;
    if (this.#chars <= maxChars && ++this.#writes <= maxWrites) return text;
    this.#isOver = true;
    return `${text.slice(0, room).toWellFormed()}\n… the rest of the output is left out, after ${maxChars} characters or ${maxWrites} writes\n`;
  }
}
