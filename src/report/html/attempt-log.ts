import type { Attempt, CheckResult } from '../../core/attempt.ts';
import type { RunEvent } from '../../core/event.ts';
import type { RememberedRun } from '../../core/story.ts';
import type { FaultTable } from './fault-table.ts';
import { LETTERS, type AttemptRow, type CheckDetail } from './report-data.ts';

/**
 * Keeps all attempts of every site, and its earlier runs, in a small form. The state that other reports share drops them
 * once a site has a verdict.
 */
export class AttemptLog {
  readonly #faults: FaultTable;
  readonly #checkPlaces = new Map<string, number>();
  readonly #extensionIds = new Map<string, string>();
  readonly #remembered = new Map<string, readonly RememberedRun[]>();
  readonly #rows = new Map<string, AttemptRow[]>();

  constructor(faults: FaultTable) {
    this.#faults = faults;
  }

  apply(event: RunEvent): void {
    if (event.type === 'run-started') event.checks.forEach(({ title }, place) => this.#checkPlaces.set(title, place));
    if (event.type === 'sites-planned') for (const { id } of event.sites) this.#rows.set(id, []);
    if (event.type === 'session-opened' && event.extensionId !== undefined)
      this.#extensionIds.set(event.sessionId, event.extensionId);
    if (event.type === 'attempt-ended') this.#add(event.attempt);
    if (event.type === 'site-remembered') this.#remembered.set(event.siteId, event.runs);
  }

  /** The verdicts of a site in earlier runs, newest first; empty if there are none. */
  remembered(siteId: string): readonly RememberedRun[] {
    return this.#remembered.get(siteId) ?? [];
  }

  /** A site's attempts in order. */
  of(siteId: string): readonly AttemptRow[] {
    const rows = this.#rows.get(siteId) ?? [];
    const [only] = rows;
    if (only === undefined || rows.length > 1) return rows;
    const { letters: _letters, checkMs: _checkMs, details: _details, ...rest } = only;
    return [rest];
  }

  #add(attempt: Attempt): void {
    const rows = this.#rows.get(attempt.siteId);
    if (rows === undefined) return;
    const row = this.#rowOf(attempt);
    const known = rows.findIndex((other) => other.attempt === row.attempt);
    if (known < 0) rows.push(row);
    else rows[known] = row;
  }

  #rowOf({
    attempt,
    arm,
    ending,
    node,
    sessionId,
    startedAt,
    durationMs,
    fault,
    checks,
    extensionErrors,
  }: Attempt): AttemptRow {
    const letters = Array<string>(this.#checkPlaces.size).fill(' ');
    const checkMs = Array<number>(this.#checkPlaces.size).fill(0);
    const details: CheckDetail[] = [];
    const extensionId = this.#extensionIds.get(sessionId ?? '');
    for (const check of checks) {
      const place = this.#checkPlaces.get(check.title);
      if (place === undefined) continue;
      letters[place] = LETTERS[check.rescued === true && check.status === 'passed' ? 'flaky' : check.status];
      checkMs[place] = Math.round(check.durationMs);
      details.push(...this.#detailOf(place, check));
    }
    return {
      attempt,
      arm,
      ending,
      ...(node === undefined ? {} : { node }),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(extensionId === undefined ? {} : { extensionId }),
      startedAt: Math.round(startedAt),
      durationMs: Math.round(durationMs),
      ...(fault === undefined ? {} : { fault: this.#faults.take(fault) }),
      ...(extensionErrors === undefined || extensionErrors.length === 0 ? {} : { extensionErrors }),
      letters: letters.join(''),
      checkMs,
      ...(details.length === 0 ? {} : { details }),
    };
  }

  #detailOf(check: number, { fault, reason, attachments }: CheckResult): CheckDetail[] {
    if (fault === undefined && reason === undefined && attachments === undefined) return [];
    return [
      {
        check,
        ...(fault === undefined ? {} : { fault: this.#faults.take(fault), cause: fault.cause }),
        ...(reason === undefined ? {} : { reason }),
        ...(attachments === undefined ? {} : { attachments }),
      },
    ];
  }
}
