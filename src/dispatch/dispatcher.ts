import type { CloseReason } from '../core/close-reason.ts';
import { failsInBothArms } from '../core/attribution/down.ts';
import type { AttemptOrder, AttemptOutcome } from '../core/ports.ts';
import type { StopReason, StopStage } from '../core/stop.ts';
import { askerOf } from './asker.ts';
import { attemptOrder } from './attempt-order.ts';
import type { BreakerListener } from './breaker-parts.ts';
import { Breaker } from './breaker.ts';
import type { DispatchParts, DispatchPlan, DispatchSettings } from './dispatch-plan.ts';
import { firstArm } from './first-arm.ts';
import { freeRetry, plannedRetry } from './next-attempt.ts';
import { downText, type Down } from './outage-text.ts';
import { SessionSupply } from './session-supply.ts';
import { SiteBook } from './site-book.ts';
import type { SiteProgress } from './site-progress.ts';
import type { Slot } from './slot.ts';
import { maxFailuresText, StopFlag } from './stop-flag.ts';
import type { OpenSlot } from './supply-parts.ts';
import { whyClose } from './why-close.ts';
import type { Waiting } from './waiting.ts';
import { WorkQueue } from './work-queue.ts';

/**
 * Brings every site of a plan to its verdict. One step (`#step`) starts all work, after each change. It has no `await`, so
 * that nothing changes between its look at the stop flag and its decision.
 */
export class Dispatcher {
  readonly #settings: DispatchSettings;
  readonly #parts: DispatchParts;
  readonly #book: SiteBook;
  readonly #queue: WorkQueue;
  readonly #stop: StopFlag;
  readonly #supply: SessionSupply;
  readonly #breaker: Breaker;
  readonly #done = Promise.withResolvers<void>();
  #running = false;

  constructor(plan: DispatchPlan, settings: DispatchSettings, parts: DispatchParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#stop = new StopFlag((stage, reason, text) => this.#onStop(stage, reason, text));
    this.#book = new SiteBook(plan.sites, {
      checks: plan.checks,
      settings,
      earlier: parts.earlier ?? (() => undefined),
      hasIncident: () => this.#breaker.isOpen,
      emit: parts.emit,
      counts: parts.counts ?? (() => true),
      onFailed: (count) => this.#onFailed(count),
    });
    this.#queue = new WorkQueue(plan.units, plan.sites, {
      firstArm: (site) => firstArm(settings, site),
      rested: () => this.#onMayStart(),
    });
    const withStop = { ...parts, stop: this.#stop };
    this.#supply = new SessionSupply(settings, withStop, {
      changed: () => this.#step(),
      lost: (down) => this.#gridLost(down),
      failed: (error) => this.#done.reject(error),
    });
    this.#breaker = new Breaker(settings, withStop, this.#breakerListener());
    parts.limits.onRested(this.#onMayStart);
    // An ended site that still does something does it in the session that it had.
    parts.runner.onLateError((late) => this.#supply.soil(this.#book.amend(late)?.slot));
  }

  /** Resolves when every site has its verdict and every session is released. Rejects only on a bug. Called once. */
  async run(): Promise<void> {
    this.#book.concludeSkipped();
    this.#running = true;
    this.#supply.start();
    try {
      await this.#done.promise;
    } finally {
      this.#running = false;
      this.#stop.end();
      this.#queue.drain();
      await this.#breaker.end();
      await this.#supply.end();
    }
  }

  /** Why the run stopped before its end; empty if it did not. */
  get stopped(): StopReason | '' {
    return this.#stop.first?.reason ?? '';
  }

  /** For after the run: its recorded failures, and judging a site again. */
  get sites(): Pick<SiteBook, 'recordedFailures' | 'weigh'> {
    return this.#book;
  }

  /** `drain`: start nothing more; `stop`: end what runs; `kill`: wait for nothing. Each leads to the next after its deadline. */
  stop(stage: StopStage, reason: StopReason, text: string): void {
    this.#stop.raise(stage, reason, text);
  }

  /** The one place that starts work. Keep it, and all that it calls, free of `await`: see above. */
  #step(): void {
    if (!this.#running) return;
    for (const open of this.#supply.ready()) this.#employ(open);
    const wanted = Math.min(this.#queue.count, this.#breaker.room);
    if (!this.#stop.raised) this.#supply.openFor(wanted, (slots) => this.#queue.next(this.#mayStart, slots));
    // No session suits what waits, and nothing else would change that.
    const { stuck } = this.#supply;
    if (stuck !== undefined && this.#queue.canStart(this.#mayStart)) this.#close(stuck, 'dirty');
    if (this.#queue.count === 0 && !this.#breaker.isChecking && this.#supply.endsUnneeded()) this.#end();
  }

  readonly #mayStart = ({ url }: Waiting['site']): boolean =>
    this.#breaker.room > 0 && this.#parts.limits.mayStart(url);
  readonly #why = ({ url }: Waiting['site']): string => this.#breaker.why ?? this.#parts.limits.why(url);
  readonly #onMayStart = (): void => {
    this.#queue.mayStart();
    this.#step();
  };

  /** Gives a slot that is ready its next site, or closes it, or reports why it is idle. A part of the step. */
  #employ(open: OpenSlot): void {
    const { slot, session } = open;
    if (this.#stop.raised) return this.#close(slot, 'stopped');
    if (session.isDirty) return this.#close(slot, 'dirty');
    if (session.isLost) return this.#close(slot, 'faulted');
    if (this.#supply.isDoubtful(slot) && this.#queue.canStart(this.#mayStart)) return this.#background(this.#ask(slot));
    const taken = this.#queue.take(slot.index, askerOf(open, this.#supply), this.#mayStart);
    switch (taken.kind) {
      case 'empty':
        return this.#close(slot, 'done');
      case 'needs-fresh':
        return this.#close(slot, 'dirty');
      case 'blocked':
        return this.#supply.idle(slot, () => this.#queue.why(this.#why));
      case 'site': {
        // Before the event: its listener may stop the run, which closes every slot that is ready.
        this.#supply.employ(slot);
        if (taken.startedUnit !== undefined) {
          const { index, siteIds } = taken.startedUnit;
          this.#parts.emit({ type: 'unit-started', unit: index, slot: slot.index, siteIds });
        }
        this.#background(this.#attempt(open, this.#book.of(taken.waiting.site.id)));
      }
    }
  }

  /** Gives a site to a session that waited long only if it still lives: a dead one would cost the site an attempt. */
  async #ask(slot: Slot): Promise<void> {
    if (!(await this.#supply.ask(slot))) return this.#close(slot, 'faulted');
    this.#step();
  }

  /** The life of an attempt. Up to the first `await` it is a part of the step. */
  async #attempt(open: OpenSlot, progress: SiteProgress): Promise<void> {
    const startedAt = Date.now();
    const order = this.#begin(open, progress);
    const outcome = this.#breaker.blame(await this.#parts.runner.attempt(order));
    this.#parts.limits.ended(progress.site.url);
    this.#queue.siteEnded(Date.now() - startedAt);
    this.#book.record(progress, order, { outcome, startedAt });
    this.#breaker.ended(progress, outcome);
    this.#follow(progress, outcome.ending);
    await this.#reuse(open, outcome, failsInBothArms(progress.attempts));
  }

  /** Counts the site as running, reports the attempt and writes the order for it. */
  #begin(open: OpenSlot, progress: SiteProgress): AttemptOrder {
    const { site } = progress;
    const order = attemptOrder(open, progress, this.#settings.siteTimeoutMs, this.#stop.noMoreChecks);
    progress.slot = order.slot;
    this.#parts.limits.started(site.url);
    this.#breaker.started(site.id);
    const { sessionId } = order.session;
    this.#parts.emit({ type: 'attempt-started', siteId: site.id, attempt: order.attempt, slot: order.slot, sessionId });
    return order;
  }

  /** Judges the site, or queues another attempt. */
  #follow(progress: SiteProgress, ending: AttemptOutcome['ending']): void {
    if (ending === 'interrupted') return;
    if (this.#stop.notRun !== undefined) return this.#book.concludeStopped(progress, this.#stop.notRun);
    if (progress.site.once !== true && this.#breaker.isOfOutage(progress.last?.fault))
      return this.#queue.again(freeRetry(progress));
    const step = progress.next();
    if (step === 'judge') return this.#breaker.holds(progress) ? undefined : this.#book.conclude(progress);
    this.#queue.again(plannedRetry(progress, step, this.#settings));
  }

  #breakerListener(): BreakerListener {
    return {
      changed: this.#onMayStart,
      settle: (progress) => this.#book.conclude(progress),
      excuse: ({ progress, attempt }, fault) => this.#book.excuse(progress, attempt, fault),
      again: (progress) =>
        progress.site.once === true ? this.#book.conclude(progress) : this.#queue.again(freeRetry(progress)),
      lost: (text) => this.stop('drain', 'outage', text),
      failed: (error) => this.#done.reject(error),
    };
  }

  /** Closes the slot, or cleans its session for the next site. */
  async #reuse({ slot, session }: OpenSlot, outcome: AttemptOutcome, isOfSite: boolean): Promise<void> {
    const reason = whyClose(session, outcome, {
      sitesPerSession: this.#settings.sitesPerSession,
      isStopped: this.#stop.raised,
      waitingCount: this.#queue.count,
      isOfSite,
    });
    if (reason !== undefined) return this.#close(slot, reason);
    try {
      await this.#supply.reset(slot, outcome.kept);
    } catch {
      return this.#close(slot, 'faulted');
    }
    this.#step();
  }

  #close(slot: Slot, reason: CloseReason): void {
    this.#queue.giveBack(slot.index);
    this.#background(this.#supply.close(slot, reason));
  }

  #onFailed(count: number): void {
    const { maxFailures } = this.#settings;
    if (this.#running && maxFailures > 0 && count >= maxFailures)
      this.stop('drain', 'max-failures', maxFailuresText(maxFailures));
  }

  /** No session can be had for the waiting sites. */
  #gridLost(down: Down): void {
    const { code, message: text } = down.fault;
    this.#parts.emit({ type: 'notice', level: 'warning', code, text });
    this.stop('drain', 'outage', downText(down, this.#parts.grid.name));
  }

  #onStop(stage: StopStage, reason: StopReason, text: string): void {
    this.#parts.emit({ type: 'run-stopping', reason, text: `${text} (${stage})` });
    this.#queue.drain();
    if (stage === 'kill') this.#background(Promise.resolve(this.#parts.runner[Symbol.asyncDispose]()));
    this.#step();
  }

  /** For work that nothing awaits. If it throws, that is a bug, and the run ends with it. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#done.reject(error));
  }

  #end(): void {
    this.#book.concludeRest(this.#stop.notRun);
    this.#done.resolve();
  }
}
