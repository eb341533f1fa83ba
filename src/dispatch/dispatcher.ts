import type { Attempt } from '../core/attempt.ts';
import type { Fault } from '../core/fault.ts';
import type { AttemptOutcome, CheckRunner, Emit, Grid, Isolation, LateError, OwnedSession } from '../core/ports.ts';
import type { Site } from '../core/site.ts';
import type { SiteVerdict } from '../core/verdict.ts';
import type { WorkUnit } from '../core/unit.ts';
import { firstArm } from './first-arm.ts';
import type { HostLimits } from './host-limits.ts';
import type { ControlMode } from './retry.ts';
import { SessionSupply } from './session-supply.ts';
import { SiteBook } from './site-book.ts';
import type { SiteProgress } from './site-progress.ts';
import type { Slot } from './slot.ts';
import { StopFlag, type StopStage } from './stop-flag.ts';
import { WorkQueue, type Waiting } from './work-queue.ts';

export interface DispatchPlan {
  readonly sites: readonly Site[];
  /** A partition of the sites that are not skipped. */
  readonly units: readonly WorkUnit[];
  /** The titles of the checks, in the order of the suite. */
  readonly checks: readonly string[];
}

export interface DispatchSettings {
  /** Sessions are named `<run>-<slot>`. */
  readonly run: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly retries: number;
  readonly infraRetries: number;
  readonly control: ControlMode;
  readonly siteTimeoutMs: number;
  /** 0 is no limit. */
  readonly maxFailures: number;
  /** A session is replaced after so many sites. */
  readonly sitesPerSession: number;
  /** With no session for so long, the grid is lost and what waits is errored. */
  readonly gridLostAfterMs: number;
}

export interface DispatchParts {
  readonly grid: Grid;
  readonly runner: CheckRunner;
  readonly isolation: Isolation;
  readonly limits: HostLimits;
  readonly emit: Emit;
  /** Does a failed site count for `maxFailures`? Where this is not given, each does. */
  readonly counts?: (verdict: SiteVerdict) => boolean;
}

/**
 * Brings every site of a plan to its verdict. One synchronous step (`#step`) starts all work: it is called after
 * each change, looks at the stop flag first, and never waits.
 */
export class Dispatcher {
  readonly #settings: DispatchSettings;
  readonly #parts: DispatchParts;
  readonly #book: SiteBook;
  readonly #queue: WorkQueue;
  readonly #stop: StopFlag;
  readonly #supply: SessionSupply;
  readonly #done = Promise.withResolvers<void>();
  #running = false;

  constructor(plan: DispatchPlan, settings: DispatchSettings, parts: DispatchParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#stop = new StopFlag((stage, reason, text) => this.#onStop(stage, reason, text));
    this.#book = new SiteBook(plan.sites, {
      checks: plan.checks,
      budget: { checkRetries: settings.retries, infraRetries: settings.infraRetries },
      control: settings.control,
      emit: parts.emit,
      counts: parts.counts ?? (() => true),
      onFailed: (count) => this.#onFailed(count),
    });
    this.#queue = new WorkQueue(plan.units, new Map(plan.sites.map((site) => [site.id, site])), (siteId) =>
      settings.control === 'always' ? firstArm(`${settings.run} ${siteId}`) : 'subject',
    );
    this.#supply = new SessionSupply(
      settings,
      { ...parts, stop: this.#stop },
      {
        changed: () => this.#step(),
        lost: (fault) => this.#gridLost(fault),
        failed: (error) => this.#done.reject(error),
      },
    );
    parts.runner.onLateError((late) => this.#onLateError(late));
  }

  /** Resolves when every site has its verdict and every session is released; rejects on a bug alone. Called once. */
  async run(): Promise<void> {
    this.#book.concludeSkipped();
    this.#running = true;
    this.#supply.start();
    try {
      await this.#done.promise;
    } finally {
      this.#running = false;
      this.#stop.end();
      await this.#supply.end();
    }
  }

  /** Why the run stopped before its end; empty where it did not. */
  get stopped(): string {
    return this.#stop.reason;
  }

  /** `drain`: start nothing more; `stop`: end what runs; `kill`: wait for nothing. Each goes on to the next by its deadline. */
  stop(stage: StopStage, reason: string, text: string): void {
    this.#stop.raise(stage, reason, text);
  }

  /** The one place where work is started. */
  #step(): void {
    if (!this.#running) return;
    for (const slot of this.#supply.ready()) this.#employ(slot);
    if (!this.#stop.raised)
      this.#supply.openFor(this.#queue.count, () => this.#queue.next((site) => this.#parts.limits.mayStart(site.url)));
    if (this.#queue.count === 0 && this.#supply.takenCount === 0) this.#end();
  }

  /** What waits can't be told any more: each such site is errored by the grid's fault. */
  #gridLost(fault: Fault): void {
    this.#parts.emit({ type: 'notice', level: 'warning', code: fault.code, text: fault.message });
    for (const site of this.#queue.drain()) this.#book.lost(site.id, fault);
  }

  /** Gives a ready slot its next site, or says why it has none. */
  #employ(slot: Slot): void {
    if (this.#stop.raised) return this.#close(slot, 'stopped');
    if (slot.dirty) return this.#close(slot, 'dirty');
    const session = {
      arm: slot.arm,
      fresh: slot.siteCount === 0,
      suits: (waiting: Waiting) => this.#suits(slot, waiting),
    };
    const taken = this.#queue.take(slot.index, session, (site) => this.#parts.limits.mayStart(site.url));
    switch (taken.kind) {
      case 'empty':
        return this.#close(slot, 'done');
      case 'needs-fresh':
        return this.#close(slot, 'dirty');
      case 'blocked':
        return this.#idle(slot);
      case 'site':
        slot.idleWhy = '';
        if (taken.startedUnit !== undefined) {
          const { index, siteIds } = taken.startedUnit;
          this.#parts.emit({ type: 'unit-started', unit: index, slot: slot.index, siteIds });
        }
        this.#background(this.#attempt(slot, this.#book.of(taken.waiting.site.id)));
    }
  }

  /** A site that faulted on a node goes to another one, where there is another. */
  #suits(slot: Slot, waiting: Waiting): boolean {
    return !waiting.avoidNodes.includes(slot.node) || !this.#supply.hasOtherNode(waiting.avoidNodes);
  }

  #idle(slot: Slot): void {
    if (slot.idleWhy !== '') return;
    slot.idleWhy = this.#queue.why((site) => this.#parts.limits.why(site.url));
    this.#parts.emit({ type: 'slot-idle', slot: slot.index, why: slot.idleWhy });
  }

  async #attempt(slot: Slot, progress: SiteProgress): Promise<void> {
    const { site } = progress;
    const { owned } = slot;
    if (owned === undefined) throw new TypeError(`slot ${slot.index} works without a session`);
    const { session } = owned;
    const number = progress.nextAttempt;
    const startedAt = Date.now();
    slot.state = 'busy';
    progress.slot = slot.index;
    this.#parts.limits.started(site.url);
    this.#parts.emit({
      type: 'attempt-started',
      siteId: site.id,
      attempt: number,
      slot: slot.index,
      sessionId: session.sessionId,
    });
    const outcome = await this.#parts.runner.attempt({
      slot: slot.index,
      site,
      attempt: number,
      arm: slot.arm,
      session,
      siteTimeoutMs: site.timeoutMs ?? this.#settings.siteTimeoutMs,
      signal: this.#stop.noMoreChecks,
    });
    slot.siteCount += 1;
    this.#parts.limits.ended(site.url);
    this.#queue.siteEnded();
    const attempt: Attempt = {
      siteId: site.id,
      attempt: number,
      arm: slot.arm,
      ending: outcome.ending,
      sessionId: session.sessionId,
      node: session.node,
      startedAt,
      durationMs: Date.now() - startedAt,
      ...(outcome.fault === undefined ? {} : { fault: outcome.fault }),
      ...(outcome.extensionErrors === undefined ? {} : { extensionErrors: outcome.extensionErrors }),
      checks: outcome.checks,
    };
    this.#book.attempted(progress, attempt, slot.index);
    this.#follow(progress, attempt);
    await this.#afterAttempt(slot, owned, this.#whyReplace(slot, outcome));
  }

  /** The verdict, or another try. */
  #follow(progress: SiteProgress, attempt: Attempt): void {
    if (attempt.ending === 'interrupted') return;
    const step = this.#stop.raised ? 'judge' : progress.next();
    if (step === 'judge') return this.#book.conclude(progress);
    const { arm, purpose } = step;
    // With both arms on every site a failure is no news to the session: only a retry asks for a fresh one.
    const fresh = purpose !== 'subject' && !(purpose === 'control' && this.#settings.control === 'always');
    this.#queue.again({
      site: progress.site,
      arm,
      fresh,
      avoidNodes: purpose === 'infra-retry' ? progress.faultedNodes : [],
    });
  }

  /** Why the next site must not have this session; empty where it may. */
  #whyReplace(slot: Slot, outcome: AttemptOutcome): string {
    if (outcome.ending === 'faulted') return 'faulted';
    const allWell = outcome.checks.every((check) => check.status === 'passed' || check.status === 'skipped');
    if (outcome.sessionDirty || slot.dirty || !allWell || outcome.ending !== 'completed') return 'dirty';
    if (slot.siteCount >= this.#settings.sitesPerSession) return 'worn';
    return '';
  }

  async #afterAttempt(slot: Slot, owned: OwnedSession, whyReplace: string): Promise<void> {
    if (whyReplace !== '') return this.#close(slot, whyReplace);
    if (this.#stop.raised) return this.#close(slot, 'stopped');
    if (this.#queue.count === 0) return this.#close(slot, 'done');
    slot.state = 'resetting';
    try {
      await this.#parts.isolation.reset(owned.session, this.#stop.noMoreChecks);
    } catch {
      return this.#close(slot, 'faulted');
    }
    slot.state = 'ready';
    this.#step();
  }

  #close(slot: Slot, reason: string): void {
    this.#queue.giveBack(slot.index);
    this.#background(this.#supply.close(slot, reason));
  }

  #onFailed(count: number): void {
    const { maxFailures } = this.#settings;
    if (maxFailures > 0 && count >= maxFailures)
      this.stop(
        'drain',
        'max-failures',
        maxFailures === 1
          ? 'stopped by the first failure (--bail, or --max-failures 1)'
          : `stopped by --max-failures ${maxFailures}`,
      );
  }

  /** What an ended site still does, it does in the session that it had. */
  #onLateError(late: LateError): void {
    const slot = this.#supply.slot(this.#book.amend(late)?.slot ?? -1);
    if (slot !== undefined) slot.dirty = true;
  }

  #onStop(stage: StopStage, reason: string, text: string): void {
    this.#parts.emit({ type: 'run-stopping', reason, text: `${text} (${stage})` });
    this.#queue.drain();
    if (stage === 'kill') this.#background(Promise.resolve(this.#parts.runner[Symbol.asyncDispose]()));
    this.#step();
  }

  /** Work that nobody awaits; what it throws is a bug, and ends the run. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#done.reject(error));
  }

  #end(): void {
    this.#book.concludeRest(this.#stop.text);
    this.#done.resolve();
  }
}
