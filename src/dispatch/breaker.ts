import { makeFault, type Fault } from '../core/fault.ts';
import { asError } from '../core/as-error.ts';
import type { AttemptOutcome } from '../core/ports.ts';
import { backNotice, downText, patientName } from './outage-text.ts';
import type { BreakerListener, BreakerParts, BreakerSettings } from './breaker-parts.ts';
import type { SiteProgress } from './site-progress.ts';
import { Streak, symptomOf, type Patient, type Symptom } from './streak.ts';

interface Outage {
  readonly patient: Patient;
  readonly since: number;
  readonly fault: Fault;
  pauseMs: number;
}

type State =
  | { readonly kind: 'closed' }
  /** A canary finds out whether the grid or the sites are sick. */
  | { readonly kind: 'checking' }
  /** The next probe comes after a pause. */
  | { readonly kind: 'open'; readonly outage: Outage }
  /** The network is probed by one site. */
  | { readonly kind: 'trial'; readonly outage: Outage; siteId: string | undefined };

const MAX_PAUSE_MS = 10_000;

/**
 * Stops the start of sites when many in a row end with the same fault of the grid, of this machine or of the network,
 * probes until it is back, and ends the run if it does not come back. A site whose attempts are part of such a row gets
 * its verdict when the row has ended.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  readonly #parts: BreakerParts;
  readonly #listener: BreakerListener;
  /** How long a row may be for each fault. It grows if the canary finds the grid well: then the sites are sick. */
  readonly #limits = new Map<string, number>();
  readonly #held = new Set<SiteProgress>();
  #streak: Streak | undefined;
  #state: State = { kind: 'closed' };
  #timer: NodeJS.Timeout | undefined;
  #canaryEnd: Promise<unknown> = Promise.resolve();

  constructor(settings: BreakerSettings, parts: BreakerParts, listener: BreakerListener) {
    this.#settings = settings;
    this.#parts = parts;
    this.#listener = listener;
  }

  /** How many more sites may start now. */
  get room(): number {
    if (this.#state.kind === 'closed') return Number.POSITIVE_INFINITY;
    return this.#state.kind === 'trial' && this.#state.siteId === undefined ? 1 : 0;
  }

  /** Is there an incident now, or a suspicion of one? */
  get isOpen(): boolean {
    return this.#state.kind !== 'closed';
  }

  /** Why no site may start; undefined if one may. */
  get why(): string | undefined {
    return this.room > 0 ? undefined : 'the grid or the network is being probed (--outage-sites)';
  }

  /** A canary decides whether sites that were held back are tried again, so the run may not end yet. */
  get isChecking(): boolean {
    return this.#state.kind === 'checking' && !this.#parts.stop.noMoreSites.aborted;
  }

  started(siteId: string): void {
    if (this.#state.kind === 'trial') this.#state.siteId = siteId;
  }

  /** The outcome as it is to be recorded: while the network is down, the site has no fault. */
  blame(outcome: AttemptOutcome): AttemptOutcome {
    const down = this.#outageOf('network');
    if (down === undefined || symptomOf(outcome)?.patient !== 'network') return outcome;
    return { ending: 'faulted', checks: [], fault: down.fault, sessionDirty: true };
  }

  /** Does an outage have this fault? The site is then tried again without a loss. */
  isOfOutage(fault: Fault | undefined): boolean {
    return fault !== undefined && this.#outageOf('network')?.fault === fault;
  }

  /** Call when an attempt has ended and is recorded. */
  ended(progress: SiteProgress, outcome: AttemptOutcome): void {
    const { outageSites } = this.#settings;
    if (outcome.ending === 'interrupted' || outageSites === 0 || this.#parts.stop.noMoreSites.aborted) return;
    const { outage } = this.#state as { outage?: Outage };
    if (outage !== undefined) return this.#endedInOutage(outage, progress, outcome);
    const symptom = symptomOf(outcome);
    const place = symptom?.patient === 'network' ? this.#parts.limits.domainOf(progress.site.url) : progress.site.id;
    const fits = symptom !== undefined && place !== undefined && this.#streak?.fits(symptom) === true;
    // A site on a private network says nothing about the internet, whatever happens to it.
    if (this.#streak?.patient === 'network' && symptom?.patient !== 'grid' && this.#isPrivate(progress)) return;
    // A canary is about to say what the streak means.
    if (this.#state.kind === 'checking' && !fits) return;
    if (symptom === undefined || place === undefined) return this.#endStreak();
    if (!fits) this.#begin(symptom);
    this.#streak?.add({ progress, attempt: progress.nextAttempt - 1 }, place);
    if (this.#state.kind === 'closed' && this.#isTooLong()) this.#trip(symptom);
  }

  /** Keeps a site's verdict back while it may turn out that an outage made its attempts fail. */
  holds(progress: SiteProgress): boolean {
    const isPart = this.#streak?.attempts.some((sufferer) => sufferer.progress === progress) === true;
    if (isPart) this.#held.add(progress);
    return isPart;
  }

  /** Resolves when the last canary has ended. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#canaryEnd;
  }

  #outageOf(patient: Patient): Outage | undefined {
    const { outage } = this.#state as { outage?: Outage };
    return outage?.patient === patient ? outage : undefined;
  }

  #begin(symptom: Symptom): void {
    this.#endStreak();
    this.#streak = new Streak(symptom, Date.now());
  }

  #endStreak(): void {
    this.#streak = undefined;
    const held = [...this.#held];
    this.#held.clear();
    for (const progress of held) this.#listener.settle(progress);
  }

  #isTooLong(): boolean {
    const { code = '', length = 0 } = this.#streak ?? {};
    return length >= (this.#limits.get(code) ?? this.#settings.outageSites);
  }

  #trip({ patient }: Symptom): void {
    if (patient === 'grid') {
      this.#state = { kind: 'checking' };
      return this.#background(this.#check());
    }
    const { length = 0, fault: { code, message } = { code: '', message: '' } } = this.#streak ?? {};
    const text = `sites of ${length} domains in a row ended with ${code}: ${message}`;
    this.#open(
      'network',
      makeFault(this.#parts.grid.name === 'local' ? 'runner.network-down' : 'grid.network-down', text),
    );
  }

  /** Many sites ended with a fault of the grid: does a session of our own work? */
  async #check(): Promise<void> {
    const error = await this.#canary();
    if (this.#parts.stop.noMoreSites.aborted) return;
    const streak = this.#streak!;
    if (error === undefined) {
      this.#limits.set(streak.code, 2 * streak.length);
      this.#state = { kind: 'closed' };
      this.#endStreak();
      return this.#listener.changed();
    }
    const text = `${streak.length} sites in a row ended with ${streak.code}: ${streak.fault.message}; a session on a page of the grid itself failed too: ${error.message}`;
    this.#open('grid', { ...streak.fault, message: text });
  }

  /** The error of a canary; undefined if it came back. */
  async #canary(): Promise<Error | undefined> {
    const sung = this.#parts.canary(this.#parts.stop.noMoreSites).then(
      () => undefined,
      (error: unknown) => asError(error),
    );
    this.#canaryEnd = sung;
    return await sung;
  }

  #open(patient: Patient, fault: Fault): void {
    const { since, attempts } = this.#streak!;
    const held = [...this.#held];
    const outage = { patient, since, fault, pauseMs: this.#settings.probePauseMs };
    this.#state = { kind: 'open', outage };
    this.#streak = undefined;
    this.#held.clear();
    const text = `${patientName(patient, this.#parts.grid.name)} seems to be down: ${fault.message}; no site starts until it is back, for up to ${this.#settings.outageMs} ms (--outage-timeout)`;
    this.#parts.emit({ type: 'notice', level: 'warning', code: 'run.outage', text });
    if (patient === 'network') for (const sufferer of attempts) this.#listener.excuse(sufferer, fault);
    for (const progress of held) this.#listener.again(progress);
    this.#wait(outage);
  }

  /** Probes after a pause, or gives up. */
  #wait(outage: Outage): void {
    const leftMs = outage.since + this.#settings.outageMs - Date.now();
    if (leftMs <= 0) return this.#giveUp(outage);
    const pauseMs = Math.min(outage.pauseMs, leftMs);
    outage.pauseMs = Math.min(outage.pauseMs * 2, MAX_PAUSE_MS);
    this.#state = { kind: 'open', outage };
    this.#timer = setTimeout(() => this.#background(this.#probe(outage)), pauseMs);
  }

  async #probe(outage: Outage): Promise<void> {
    if (outage.patient === 'network') {
      this.#state = { kind: 'trial', outage, siteId: undefined };
      return this.#listener.changed();
    }
    const error = await this.#canary();
    if (this.#parts.stop.noMoreSites.aborted || this.#outageOf('grid') !== outage) return;
    if (error === undefined) this.#close(outage);
    else this.#wait(outage);
  }

  #endedInOutage(outage: Outage, progress: SiteProgress, outcome: AttemptOutcome): void {
    const isAnswer = outcome.ending !== 'faulted' && symptomOf(outcome) === undefined;
    const isPrivate = outage.patient === 'network' && this.#isPrivate(progress);
    if (isAnswer && !isPrivate) return this.#close(outage);
    if (this.#state.kind !== 'trial' || this.#state.siteId !== progress.site.id) return;
    if (!isAnswer) return this.#wait(outage);
    // The next site may be a better probe.
    this.#state.siteId = undefined;
    this.#listener.changed();
  }

  #isPrivate({ site }: SiteProgress): boolean {
    return this.#parts.limits.domainOf(site.url) === undefined;
  }

  #close(outage: Outage): void {
    clearTimeout(this.#timer);
    this.#state = { kind: 'closed' };
    this.#parts.emit(backNotice(outage, this.#parts.grid.name));
    this.#listener.changed();
  }

  #giveUp(outage: Outage): void {
    this.#listener.lost(downText(outage, this.#parts.grid.name));
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#listener.failed(error));
  }
}
