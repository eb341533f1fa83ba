export interface TextBounds {
  readonly maxCount: number;
  readonly maxChars: number;
}

/** Keeps the newest texts, within bounds. */
export class LastTexts {
  readonly #bounds: TextBounds;
  readonly #texts: string[] = [];
  #chars = 0;
  #droppedCount = 0;

  constructor(bounds: TextBounds) {
    this.#bounds = bounds;
  }

  /** How many were dropped for newer ones. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#chars += text.length;
    while (this.#texts.length > this.#bounds.maxCount || this.#chars > this.#bounds.maxChars) {
      this.#chars -= this.#texts.shift()!.length;
      this.#droppedCount++;
    }
  }

  /** Oldest first. */
  list(): readonly string[] {
    return this.#texts;
  }
}
