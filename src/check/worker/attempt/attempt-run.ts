import type Mocha from 'mocha';
import { asError } from '../../../core/as-error.ts';
import type { Attempt, CheckResult } from '../../../core/attempt.ts';
import { faultOf, makeFault, type Fault } from '../../../core/fault.ts';
import type { AttemptOutcome, LateError } from '../../../core/ports.ts';
import { Redaction } from '../../../text/redaction.ts';
import { WireClient } from '../../../wire/wire-client.ts';
import { RevokedError } from '../../../wire/wire-error.ts';
import { BorrowedDriver } from './borrowed-driver.ts';
import { checkFault, isTimeout, unawaited } from './check-failure.ts';
import { checkSiteOf, secretsInSite } from './check-site.ts';
import { EvidenceTaker } from '../evidence/evidence-taker.ts';
import { ExtensionUse } from '../extension/extension-use.ts';
import { FailureExaminer, type Finding } from './failure-examiner.ts';
import { laneContext, type AttachmentBody, type CheckSite, type AttemptContext } from '../attempt-context.ts';
import { LaneRunner, type RunnerGuest } from '../lane/lane-runner.ts';
import type { Lane } from '../lane/lane.ts';
import type { WorkerOptions, OrderOnWire } from '../../protocol.ts';
import type { Selenium } from '../selenium-module.ts';
import { capInSession } from './session-timeouts.ts';
import type { Deadline, StallClock } from '../stall-clock.ts';
import { isTest, titleOf, titleOfRunning } from '../lane/suite-plan.ts';
import { SuiteRecord } from './suite-record.ts';

const SETTLE_MS = 5_000;

export interface SiteRunOptions {
  readonly attemptId: number;
  readonly order: OrderOnWire;
  readonly worker: WorkerOptions;
  readonly lane: Lane;
  readonly selenium: Selenium;
  readonly clock: StallClock;
  readonly onResult: (result: CheckResult) => void;
  readonly onLate: (error: LateError) => void;
}

/** One attempt: the lane's suite on one site, on a borrowed session. */
export class AttemptRun implements AttemptContext, RunnerGuest {
  readonly attemptId: number;
  readonly siteId: string;
  readonly site: CheckSite;
  readonly redaction: Redaction;
  readonly #options: SiteRunOptions;
  readonly #borrowed: BorrowedDriver;
  readonly #wire: WireClient;
  readonly #evidence: EvidenceTaker;
  readonly #examiner: FailureExaminer;
  readonly #record: SuiteRecord;
  readonly #extension: ExtensionUse;
  /** Of the attempt, and of one command or page load in it, in ms. */
  readonly #limitMs: number;
  readonly #commandLimitMs: number;
  readonly #stop = new AbortController();
  readonly #outcome = Promise.withResolvers<AttemptOutcome>();
  readonly #toldLate = new Set<string>();
  #runner: LaneRunner | undefined;
  #deadline: Deadline | undefined;
  #sessionDirty = false;
  /** Under way for the failure at hand. */
  #examination: Promise<Finding> | undefined;
  #ending: Attempt['ending'] | undefined;
  #over = false;

  constructor(options: SiteRunOptions) {
    const { order, worker } = options;
    this.#options = options;
    this.attemptId = options.attemptId;
    this.siteId = order.site.id;
    this.site = checkSiteOf(order.site);
    this.redaction = new Redaction([...worker.secrets, ...secretsInSite(this.site)]);
    this.#wire = new WireClient(order.session.endpoint);
    this.#limitMs = order.site.timeoutMs ?? order.siteTimeoutMs;
    // Where a check may take for ever, its attempt may not.
    this.#commandLimitMs = worker.checkTimeoutMs === 0 ? this.#limitMs : worker.checkTimeoutMs;
    this.#borrowed = new BorrowedDriver({
      selenium: options.selenium,
      session: order.session,
      maxMs: this.#commandLimitMs,
      onLateCommand: (error, check) => this.#tellLate(check, unawaited(error.message)),
      afterCommand: async (command, check) => await this.#evidence.afterCommand(command, check ?? this.#firstCheck),
    });
    this.#extension = new ExtensionUse({
      session: order.session,
      driver: this.driver,
      signal: this.signal,
      failOnErrors: worker.failOnExtensionErrors,
    });
    const { redaction, signal } = this;
    this.#evidence = new EvidenceTaker({
      worker,
      order,
      redaction,
      wire: this.#wire,
      extensionLog: async () => await this.#extension.log(),
      signal,
    });
    this.#examiner = new FailureExaminer({
      borrowed: this.#borrowed,
      evidence: this.#evidence,
      wire: this.#wire,
      sessionId: order.session.sessionId,
      commandLimitMs: this.#commandLimitMs,
      selenium: options.selenium,
      signal: this.signal,
    });
    this.#record = new SuiteRecord({
      planned: options.lane.checks,
      evidence: this.#evidence.files,
      redaction: this.redaction,
      onResult: options.onResult,
    });
  }

  get driver(): AttemptContext['driver'] {
    return this.#borrowed.driver;
  }

  get extension(): AttemptContext['extension'] {
    return this.#extension.inCheck;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What is of no check, of a hook before all of them, is shown with the first. */
  get #firstCheck(): string {
    return this.#options.lane.checks[0]?.title ?? '';
  }

  async attach(name: string, body: AttachmentBody): Promise<void> {
    const check = laneContext.getStore()?.check ?? this.#firstCheck;
    await this.#evidence.files.write(check, name, body);
  }

  /** Runs the suite. Never rejects. */
  async run(): Promise<AttemptOutcome> {
    const { lane, order, clock } = this.#options;
    this.#deadline = clock.deadline(this.#limitMs, () => void this.#timeOut(this.#limitMs));
    laneContext.run({ lane, run: this }, () => {
      const prepared = [
        capInSession(order.session, this.#commandLimitMs, this.#wire, this.signal),
        this.#extension.start(),
        this.#evidence.start(),
      ];
      void Promise.all(prepared).then(
        () => this.#start(),
        (error: unknown) => this.#cut('faulted', faultOf(error)),
      );
    });
    return await this.#outcome.promise;
  }

  /** Stops at once; what is decided is kept. */
  interrupt(): void {
    this.#cut('interrupted', makeFault('runner.interrupted', 'the run was stopped'));
  }

  within(test: Mocha.Test | undefined, step: () => void): void {
    const check = test === undefined ? undefined : titleOf(test);
    laneContext.run({ lane: this.#options.lane, run: this, ...(check === undefined ? {} : { check }) }, step);
  }

  onFailure(runnable: Mocha.Runnable, test: Mocha.Test | undefined, error: unknown, resume: () => void): void {
    if (isTimeout(error)) this.#options.lane.spoil();
    const behind = this.#record.behind(runnable, test);
    this.#examination = this.#examiner.examine(error, behind[0], runnable === test ? '' : runnable.title);
    void this.#examination.then((finding) => {
      this.#examination = undefined;
      if (this.#ending !== undefined) return;
      if (finding.sessionLost) return this.#cut('faulted', finding.fault);
      this.#record.examined(runnable, test, behind, finding.fault);
      resume();
    });
  }

  onPass(test: Mocha.Test, resume: () => void): void {
    if (!this.#evidence.wantsPassed) return resume();
    void this.#evidence.take(titleOf(test)).then(() => {
      if (this.#ending === undefined) resume();
    });
  }

  onStray(thrown: unknown, check: string | undefined): void {
    // The command that it came from has been charged already.
    if (thrown instanceof RevokedError) return;
    this.#options.lane.spoil();
    const error = asError(thrown);
    if (this.#over) return this.#tellLate(check, checkFault(error, ''));
    const executing = this.#runner?.executing as (Mocha.Runnable & { callback?: (error: Error) => void }) | undefined;
    const current = executing === undefined ? undefined : titleOfRunning(executing);
    if (executing?.callback !== undefined && (check === undefined || check === current)) {
      executing.clearTimeout();
      return executing.callback(error);
    }
    const charged = check ?? this.#record.last();
    if (charged !== undefined) this.#record.charge(charged, checkFault(error, ''));
  }

  #start(): void {
    if (this.#ending !== undefined) return;
    const { lane } = this.#options;
    const runner = new LaneRunner(
      lane.prepare(this.site, this.driver, this.#options.order.session.extension !== undefined),
      this,
    );
    this.#runner = runner;
    runner.on('pass', (test) => this.#record.passed(test));
    runner.on('pending', (test) => this.#record.pending(test));
    runner.on('retry', (test: Mocha.Test) => this.#record.retried(test));
    runner.on('fail', (runnable: Mocha.Runnable, error: unknown) => {
      if (isTest(runnable)) this.#record.failed(runnable, error);
      // done() called twice: the hook is over, so nobody else tells.
      else if (runner.executing !== runnable) this.onStray(error, laneContext.getStore()?.check);
    });
    runner.run(() => void this.#complete());
  }

  /** The suite has run to its end. */
  async #complete(): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = 'completed';
    const { lane } = this.#options;
    const open = this.#borrowed.openCommands;
    for (const command of open) {
      const check = command.check ?? this.#record.last();
      if (check !== undefined)
        this.#record.charge(check, unawaited(`the driver was still at \`${command.name}\` when the site ended`));
    }
    if (open.length > 0) {
      this.#sessionDirty = true;
      lane.spoil();
    }
    this.#borrowed.end();
    this.#record.leaveOpen(makeFault('runner.no-result', 'mocha ended without a result for this check'));
    const [threw] = await Promise.all([
      this.#extension.verdictOfWatch(this.#record.list()),
      this.#evidence.settled(SETTLE_MS),
    ]);
    if (threw !== undefined) this.#record.charge(threw.title, threw.fault);
    this.#conclude();
  }

  async #timeOut(limitMs: number): Promise<void> {
    const lost = await this.#sessionLost(limitMs);
    if (lost !== undefined) return this.#cut('faulted', lost);
    const fault = makeFault(
      'site.timeout',
      `the site was not done after ${limitMs} ms (--site-timeout, or the site's timeoutMs)`,
    );
    const executing = this.#runner?.executing;
    const check = executing === undefined ? undefined : titleOfRunning(executing);
    if (check !== undefined && this.#ending === undefined) {
      await this.#evidence.take(check, SETTLE_MS);
    }
    this.#cut('timed-out', fault);
  }

  /** What is to blame for the time that ran out, where it is not the site. */
  async #sessionLost(limitMs: number): Promise<Fault | undefined> {
    const found = await this.#examination;
    if (found?.sessionLost === true) return found.fault;
    if (this.#runner !== undefined) return await this.#examiner.examineTimeUp();
    const { sessionId } = this.#options.order.session;
    return makeFault(
      'grid.no-answer',
      `session ${sessionId} was not ready for the checks after ${limitMs} ms, the limit of its site`,
    );
  }

  /** Ends the attempt now; whatever of it still runs finds its driver revoked, and its lane is not used again. */
  #cut(ending: Attempt['ending'], fault: Fault): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#sessionDirty = true;
    this.#options.lane.spoil();
    this.#runner?.abort();
    this.#borrowed.end();
    this.#stop.abort(new Error(fault.message));
    if (ending === 'timed-out') this.#record.leaveOpen(fault);
    this.#conclude(fault);
  }

  #conclude(fault?: Fault): void {
    this.#over = true;
    this.#record.close();
    this.#deadline?.clear();
    this.#runner?.dispose();
    const { errors } = this.#extension;
    this.#extension.close();
    this.#evidence.close();
    this.#outcome.resolve({
      ending: this.#ending ?? 'completed',
      checks: this.#record.list(),
      ...(fault === undefined ? {} : { fault: this.redaction.value(fault) }),
      sessionDirty: this.#sessionDirty,
      ...(errors.length === 0 ? {} : { extensionErrors: this.redaction.value(errors) }),
    });
  }

  #tellLate(check: string | undefined, fault: Fault): void {
    this.#options.lane.spoil();
    // One that was cut short can't end in order: what its checks do after that is no fault of theirs.
    if (this.#ending !== 'completed' || this.#toldLate.has(check ?? '')) return;
    this.#toldLate.add(check ?? '');
    this.#options.onLate({
      siteId: this.siteId,
      attempt: this.#options.order.attempt,
      check: check ?? '',
      fault: this.redaction.value(fault),
    });
  }
}
