import { asError, isInstance } from '../../../core/as-error.ts';
import type { Attempt } from '../../../core/attempt.ts';
import { faultOf, makeFault, type Fault } from '../../../core/fault.ts';
import type { AttemptOutcome } from '../../../core/ports.ts';
import { abortAfter, now } from '../../../os/real-timers.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import { RevokedError } from '../../../wire/wire-error.ts';
import { checkOfCaller, laneContext, type AttemptContext, type CheckSite } from '../attempt-context.ts';
import type { AttachmentBody } from '../evidence/evidence.ts';
import type { Deadline } from '../stall-clock.ts';
import {
  attemptLimits,
  sessionNotReady,
  siteTimeUp,
  type AttemptLimits,
  CLEAN_UP_MS,
  END_MS,
  LOOK_MS,
} from './attempt-limits.ts';
import { AttemptRedaction } from './attempt-redaction.ts';
import { outcomeOf } from './attempt-outcome.ts';
import { attemptParts, firstCheckOf, type AttemptOptions, type AttemptParts } from './attempt-parts.ts';
import { checkFault, lateTest, unawaited } from './check-failure.ts';
import type { Examined } from './failure-examiner.ts';
import { checkSiteOf, secretsInSite } from './check-site.ts';
import { LateErrors } from './late-errors.ts';
import { SuiteExecution } from './suite-execution.ts';
import { AbortController, withResolvers } from '../../../os/real-builtins.ts';

/**
 * One attempt: the lane's suite on one site, in a borrowed session. It prepares the session, runs the suite, and ends
 * in one of two ways: `#complete` when the suite has run to its end, `#cut` when something stops it before.
 */
export class AttemptRun implements AttemptContext {
  readonly attemptId: number;
  readonly siteId: string;
  readonly site: CheckSite;
  readonly redaction: AttemptRedaction;
  readonly #options: AttemptOptions;
  readonly #limits: AttemptLimits;
  readonly #parts: AttemptParts;
  readonly #suite: SuiteExecution;
  readonly #late: LateErrors;
  readonly #stop = new AbortController();
  readonly #startedAt = now();
  readonly #outcome = withResolvers<AttemptOutcome>();
  #deadline: Deadline | undefined;
  #sessionDirty = false;
  /** Set once, when the end begins. */
  #ending: Attempt['ending'] | undefined;
  /** The outcome is decided. What comes now is late. */
  #isOver = false;

  constructor(options: AttemptOptions) {
    const { order, worker, lane } = options;
    this.#options = options;
    this.attemptId = options.attemptId;
    this.siteId = order.site.id;
    this.site = checkSiteOf(order.site);
    this.redaction = new AttemptRedaction([...worker.secrets, ...secretsInSite(this.site)]);
    this.#limits = attemptLimits(order, worker);
    const { siteId, redaction, signal } = this;
    this.#late = new LateErrors({ siteId, attempt: order.attempt, redaction, onLate: options.onLate });
    this.#parts = attemptParts(options, {
      limits: this.#limits,
      redaction,
      signal,
      remainingMs: () => this.#limits.attemptMs + LOOK_MS - (now() - this.#startedAt),
      callingCheck: () => this.#callingCheck(),
      onLateCommand: (error, check) => this.#reportLate(check, unawaited(error.message)),
      onHeld: (fault) => this.#cut('faulted', fault),
    });
    this.#suite = new SuiteExecution({
      lane,
      attempt: this,
      hasExtension: order.session.extension !== undefined,
      parts: this.#parts,
      process: options.process,
      isEnded: () => this.#ending !== undefined,
      onEnded: (ending, fault) => this.#cut(ending, fault),
    });
  }

  get driver(): AttemptContext['driver'] {
    return this.#parts.borrowed.driver;
  }

  get extension(): AttemptContext['extension'] {
    return this.#parts.extension.inCheck;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  async attach(name: string, body: AttachmentBody): Promise<void> {
    const check = this.#callingCheck() ?? firstCheckOf(this.#options.lane);
    await this.#parts.evidence.files.write(check, name, body);
  }

  async expectPage(): Promise<void> {
    await this.#parts.pages.expectPage(this.driver);
  }

  /** In the async context of another site, it can only be the check that runs. */
  #callingCheck(): string | undefined {
    return checkOfCaller(this) ?? this.#suite.currentCheck;
  }

  /** Runs the suite. Never rejects. */
  async run(): Promise<AttemptOutcome> {
    const { lane, clock } = this.#options;
    const { timeouts, extension, evidence, sent, recording } = this.#parts;
    this.#deadline = clock.deadline(this.#limits.attemptMs, () => void this.#timeOut());
    laneContext.run({ lane, attempt: this }, () => {
      void Promise.all([timeouts.set(), extension.start(), evidence.start(), sent?.start(), recording?.start()]).then(
        () => {
          if (this.#ending === undefined) this.#suite.start(() => void this.#complete());
        },
        (error: unknown) => this.#cut('faulted', faultOf(error)),
      );
    });
    return await this.#outcome.promise;
  }

  /** Call once the outcome is there. After a cut, runs the hooks that are due; false if some did not end. Never rejects. */
  async cleanUp(): Promise<boolean> {
    return await this.#suite.cleanUp(this.#options.clock, CLEAN_UP_MS);
  }

  /** Stops at once. Results that are decided stay. */
  interrupt(): void {
    this.#cut('interrupted', makeFault('runner.interrupted', 'the run was stopped'));
  }

  onStray(thrown: unknown, check: string | undefined): void {
    // The command that it came from has been charged already.
    if (isInstance(thrown, RevokedError)) return;
    this.#options.lane.spoil();
    const error = asError(thrown);
    if (this.#isOver) return this.#reportLate(check, checkFault(error, ''));
    if (!this.#suite.failRunning(error, check)) this.#charge(check, checkFault(error, ''));
  }

  onLateTest(error: Error, check: string | undefined): void {
    const fault = lateTest(error);
    if (this.#isOver) return this.#reportLate(check, fault);
    this.#charge(check ?? this.#suite.currentCheck, fault);
  }

  /** The suite has run to its end. */
  async #complete(): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = 'completed';
    const { borrowed, record, extension, evidence, held, sent, recording } = this.#parts;
    const endBy = now() + END_MS;
    this.#chargeOpenCommands();
    borrowed.end();
    record.skipAfterFailure(this.#options.lane.bailingChecks());
    record.leaveOpen(makeFault('runner.no-result', 'mocha ended without a result for this check'));
    const gone = await untilAborted(extension.lossOf(), abortAfter(END_MS)).catch(() => undefined);
    if (gone !== undefined) {
      record.withdraw(gone);
      this.#ending = 'faulted';
      this.#sessionDirty = true;
      return this.#conclude(gone);
    }
    const watched = untilAborted(extension.verdictOfWatch(record.list()), abortAfter(END_MS)).catch(() => undefined);
    this.#sessionDirty ||= extension.hasLostTab;
    const [threw] = await Promise.all([watched, evidence.settled(END_MS), sent?.settled(END_MS), held.letGo()]);
    if (threw !== undefined) record.charge(threw.title, threw.fault);
    await recording?.keep(record.list(), endBy - now());
    this.#conclude(undefined);
  }

  /** A command without a reply at the end was not awaited. It may still change the page. */
  #chargeOpenCommands(): void {
    const open = this.#parts.borrowed.openCommands;
    for (const { name, check } of open)
      this.#charge(check, unawaited(`the driver was still at \`${name}\` when the site ended`));
    if (open.length === 0) return;
    this.#sessionDirty = true;
    this.#options.lane.spoil();
  }

  /** Charges a check with a fault, or else the check that was decided last, or else the first. */
  #charge(check: string | undefined, fault: Fault): void {
    const { record } = this.#parts;
    record.charge(check ?? record.last() ?? firstCheckOf(this.#options.lane), fault);
  }

  /** What comes after the time has one budget, whatever the page does. */
  async #timeOut(): Promise<void> {
    const signal = abortAfter(END_MS);
    const timeUp = siteTimeUp(this.#limits);
    const [examined] = await Promise.all([
      untilAborted(this.#examineTimeUp(timeUp), signal).catch(() => undefined),
      this.#parts.recording?.keep('timed-out', END_MS),
    ]);
    this.#cut(examined?.ends ?? 'timed-out', examined?.fault ?? timeUp);
  }

  /** Is it the page that used up the time, or the session? */
  async #examineTimeUp(timeUp: Fault): Promise<Examined> {
    if (!this.#suite.isStarted)
      return { fault: sessionNotReady(this.#options.order.session.sessionId, this.#limits), ends: 'faulted' };
    const underWay = await this.#suite.examination;
    if (underWay?.ends !== undefined) return underWay;
    if (this.#ending !== undefined) return { fault: timeUp, ends: 'timed-out' };
    const { examiner, extension, record } = this.#parts;
    const examining = examiner.examineTimeUp(timeUp, this.#suite.currentCheck);
    const [examined, gone] = await Promise.all([examining, extension.lossOf()]);
    if (gone !== undefined) record.withdraw(gone);
    return gone === undefined ? examined : { fault: gone, ends: 'faulted' };
  }

  /** Ends the attempt now. What still runs of it finds its driver revoked, and its lane is not used again. */
  #cut(ending: Attempt['ending'], fault: Fault): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#sessionDirty = true;
    this.#options.lane.spoil();
    this.#suite.abort();
    this.#parts.borrowed.end();
    this.#stop.abort(new Error(fault.message));
    if (ending === 'timed-out') this.#parts.record.cut(fault, this.#suite.currentCheck);
    this.#conclude(fault);
  }

  #conclude(fault: Fault | undefined): void {
    this.#isOver = true;
    const { record, extension, evidence, view, keepAlive, recording } = this.#parts;
    keepAlive.end();
    recording?.list(record.list());
    record.attachLate();
    record.close();
    this.#deadline?.clear();
    for (const part of [extension, evidence, view, recording]) part?.close();
    const end = { ending: this.#ending ?? 'completed', fault, suiteMs: this.#suite.durationMs } as const;
    this.#outcome.resolve(outcomeOf(this.#parts, { ...end, sessionDirty: this.#sessionDirty }, this.redaction));
  }

  #reportLate(check: string | undefined, fault: Fault): void {
    this.#options.lane.spoil();
    // The checks of an attempt that was cut can't end in order, so what they do later is not their fault.
    if (this.#ending === 'completed') this.#late.report(check, fault);
  }
}
