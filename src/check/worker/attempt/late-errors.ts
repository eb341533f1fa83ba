import type { Fault } from '../../../core/fault.ts';
import type { LateError } from '../../../core/ports.ts';
import type { Redaction } from '../../../text/redaction.ts';

export interface LateErrorsOptions {
  readonly siteId: string;
  readonly attempt: number;
  readonly redaction: Redaction;
  readonly onLate: (error: LateError) => void;
}

/** Reports errors of checks that come after the end of their attempt: the first of each check, without secrets. */
export class LateErrors {
  readonly #options: LateErrorsOptions;
  readonly #reported = new Set<string>();

  constructor(options: LateErrorsOptions) {
    this.#options = options;
  }

  /** @param check undefined if the error belongs to no check */
  report(check: string | undefined, fault: Fault): void {
    const title = check ?? '';
    if (this.#reported.has(title)) return;
    this.#reported.add(title);
    const { siteId, attempt, redaction, onLate } = this.#options;
    onLate({ siteId, attempt, check: title, fault: redaction.value(fault) });
  }
}
