import type { CheckResult } from '../../../core/attempt.ts';
import type { LateError } from '../../../core/ports.ts';
import { WireClient } from '../../../wire/wire-client.ts';
import type { RevokedError } from '../../../wire/wire-error.ts';
import type { OrderOnWire, WorkerOptions } from '../../protocol.ts';
import { EvidenceTaker } from '../evidence/evidence-taker.ts';
import { ExtensionUse } from '../extension/extension-use.ts';
import type { Lane } from '../lane/lane.ts';
import type { Selenium } from '../selenium-module.ts';
import type { StallClock } from '../stall-clock.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import type { AttemptRedaction } from './attempt-redaction.ts';
import { BorrowedDriver } from './borrowed-driver.ts';
import { FailureExaminer } from './failure-examiner.ts';
import { KeepAlive } from './keep-alive.ts';
import { SuiteRecord } from './suite-record.ts';

export interface AttemptOptions {
  readonly attemptId: number;
  readonly order: OrderOnWire;
  readonly worker: WorkerOptions;
  readonly lane: Lane;
  readonly selenium: Selenium;
  readonly clock: StallClock;
  /** Receives each result, and again each result that a later error changes. */
  readonly onResult: (result: CheckResult) => void;
  readonly onLate: (error: LateError) => void;
  /** Takes what a check types into a password field, for texts that do not go through the attempt. */
  readonly onTyped: (secrets: readonly string[]) => void;
}

export interface PartsContext {
  readonly limits: AttemptLimits;
  readonly redaction: AttemptRedaction;
  /** Aborted when the attempt is cut. */
  readonly signal: AbortSignal;
  readonly callingCheck: () => string | undefined;
  readonly onLateCommand: (error: RevokedError, check: string | undefined) => void;
}

/** What an attempt works with. Each part belongs to one attempt and ends with it. */
export interface AttemptParts {
  /** gridrun's own commands. They do not go through the check's driver: that may hang, or end. */
  readonly wire: WireClient;
  readonly borrowed: BorrowedDriver;
  readonly extension: ExtensionUse;
  readonly evidence: EvidenceTaker;
  readonly examiner: FailureExaminer;
  readonly record: SuiteRecord;
  readonly keepAlive: KeepAlive;
}

export function attemptParts(options: AttemptOptions, context: PartsContext): AttemptParts {
  const { order, worker, lane, selenium } = options;
  const { limits, redaction, signal } = context;
  const { session } = order;
  const wire = new WireClient(session.endpoint);
  const borrowed: BorrowedDriver = new BorrowedDriver({
    selenium,
    session,
    maxMs: limits.commandMs,
    callingCheck: context.callingCheck,
    onLateCommand: context.onLateCommand,
    afterCommand: async (command, check) => await evidence.afterCommand(command, check ?? firstCheckOf(lane)),
    onTyped: (secrets) => {
      redaction.addTyped(secrets);
      options.onTyped(secrets);
    },
  });
  const { failOnExtensionErrors: failOnErrors } = worker;
  const extension = new ExtensionUse({ session, driver: borrowed.driver, signal, failOnErrors });
  const extensionLog = async (): Promise<string> => await extension.log();
  const evidence = new EvidenceTaker({ worker, order, redaction, wire, extensionLog, signal });
  const examiner = new FailureExaminer({
    borrowed,
    evidence,
    wire,
    sessionId: session.sessionId,
    commandLimitMs: limits.commandMs,
    selenium,
    signal,
  });
  const record = new SuiteRecord({
    planned: lane.checks,
    evidence: evidence.files,
    redaction,
    onResult: options.onResult,
  });
  const keepAlive = new KeepAlive({ session, borrowed, wire, signal });
  return { wire, borrowed, extension, evidence, examiner, record, keepAlive };
}

/** What belongs to no check, such as a `before` hook of the root suite, is shown with the first check. */
export function firstCheckOf(lane: Lane): string {
  return lane.checks[0]?.title ?? '';
}
