import type { CheckResult } from '../../../core/attempt.ts';
import type { Fault } from '../../../core/fault.ts';
import type { LateError } from '../../../core/ports.ts';
import { WireClient } from '../../../wire/wire-client.ts';
import type { RevokedError } from '../../../wire/wire-error.ts';
import type { OrderOnWire, WorkerOptions } from '../../protocol.ts';
import { EvidenceTaker } from '../evidence/evidence-taker.ts';
import { ExtensionUse, type ExtensionUseOptions } from '../extension/extension-use.ts';
import { PageView } from '../page/page-view.ts';
import { SentDocument } from '../page/sent-document.ts';
import type { Lane } from '../lane/lane.ts';
import type { Selenium } from '../selenium-module.ts';
import type { StallClock } from '../stall-clock.ts';
import { heldByEvidence, type AttemptLimits } from './attempt-limits.ts';
import type { AttemptRedaction } from './attempt-redaction.ts';
import { BorrowedDriver } from './borrowed-driver.ts';
import { CappedTimeouts } from './capped-timeouts.ts';
import { FailureExaminer } from './failure-examiner.ts';
import { HeldInput } from './held-input.ts';
import { KeepAlive } from './keep-alive.ts';
import { PageExaminer } from './page-examiner.ts';
import type { PageMoves } from './page-moves.ts';
import { SuiteRecord } from './suite-record.ts';
import type { TypedTexts } from './typed-secrets.ts';
import { AttemptRecording } from '../recorder/attempt-recording.ts';

/** Notices what checks change in the process. */
export interface ProcessLook {
  /** Costs next to nothing most of the time. */
  look(): void;
}

export interface AttemptOptions {
  readonly attemptId: number;
  readonly order: OrderOnWire;
  readonly worker: WorkerOptions;
  readonly lane: Lane;
  readonly selenium: Selenium;
  readonly clock: StallClock;
  readonly process: ProcessLook;
  /** Receives each result, and again each result that a later error changes. */
  readonly onResult: (result: CheckResult) => void;
  readonly onLate: (error: LateError) => void;
  /** Takes what a check types into a password field, for texts that do not go through the attempt. */
  readonly onTyped: (typed: TypedTexts) => void;
}

export interface PartsContext {
  readonly limits: AttemptLimits;
  readonly redaction: AttemptRedaction;
  /** Aborted when the attempt is cut. */
  readonly signal: AbortSignal;
  /** The time that is left until the attempt has to end. */
  readonly remainingMs: () => number;
  readonly callingCheck: () => string | undefined;
  readonly onLateCommand: (error: RevokedError, check: string | undefined) => void;
  /** Called before a command that the session cannot do any more. */
  readonly onHeld: (fault: Fault) => void;
}

/** What an attempt works with. Each part belongs to one attempt and ends with it. */
export interface AttemptParts {
  /** gridrun's own commands. They do not go through the check's driver: that may hang, or end. */
  readonly wire: WireClient;
  readonly borrowed: BorrowedDriver;
  readonly timeouts: CappedTimeouts;
  readonly extension: ExtensionUse;
  readonly view: PageView;
  readonly evidence: EvidenceTaker;
  readonly pages: PageExaminer;
  readonly examiner: FailureExaminer;
  readonly record: SuiteRecord;
  readonly keepAlive: KeepAlive;
  readonly held: HeldInput;
  /** Only if the attempt is compared with one of the other arm. */
  readonly sent: SentDocument | undefined;
  /** Only with `--record`. */
  readonly recording: AttemptRecording | undefined;
}

export function attemptParts(options: AttemptOptions, context: PartsContext): AttemptParts {
  const { order, worker, lane, selenium } = options;
  const { limits, redaction, signal, remainingMs } = context;
  const { session } = order;
  const wire = new WireClient(session.endpoint);
  const borrowed = borrowedDriver(options, context, () => evidence);
  const { failOnExtensionErrors: failOnErrors } = worker;
  const { driver, moves } = borrowed;
  const extension = new ExtensionUse({ session, driver, wire, signal, failOnErrors, ...actsOf(moves) });
  const extensionLog = async (): Promise<string> => await extension.log();
  const view = new PageView({ session, wire, window: () => moves.window, signal });
  const onSecret = (value: string): void => redaction.addSeen(value);
  const takes = { redaction, onSecret, extensionLog, remainingMs };
  const evidence = new EvidenceTaker({ worker, order, wire, view, signal, ...takes });
  const pages = new PageExaminer({
    session,
    siteUrl: order.site.url,
    view,
    wire,
    moves,
    documents: async () => await evidence.documents(),
    selenium,
    signal,
  });
  const { sessionId } = session;
  const { commandMs: commandLimitMs } = limits;
  const timeouts = new CappedTimeouts({ session, now: order.timeouts, maxMs: commandLimitMs, wire, signal });
  const bounds = { commandLimitMs, remainingMs, signal };
  const examiner = new FailureExaminer({ borrowed, evidence, pages, extension, wire, sessionId, selenium, ...bounds });
  const { onResult } = options;
  const record = new SuiteRecord({ planned: lane.checks, evidence: evidence.files, redaction, onResult });
  const keepAlive = new KeepAlive({ session, borrowed, wire, signal });
  const held = new HeldInput({ session, borrowed, wire, signal });
  const sent = order.isCompared ? new SentDocument(view, (value) => redaction.value(value)) : undefined;
  const recording =
    worker.record === 'off'
      ? undefined
      : new AttemptRecording({ worker, order, redaction, evidence: evidence.files, signal });
  const ofPage = { view, pages, examiner, sent };
  return { wire, borrowed, timeouts, extension, evidence, record, keepAlive, held, recording, ...ofPage };
}

/** What the check itself may have done to its tabs. */
function actsOf(moves: PageMoves): Pick<ExtensionUseOptions, 'isCheckActing' | 'mayHideWindow' | 'mayHaveClosed'> {
  return {
    isCheckActing: () => moves.mayOpenTabs,
    mayHideWindow: () => moves.mayHideWindow,
    mayHaveClosed: (window) => moves.mayHaveClosed(window),
  };
}

function borrowedDriver(
  { order, lane, selenium, process, onTyped }: AttemptOptions,
  { limits, redaction, callingCheck, onLateCommand, onHeld }: PartsContext,
  evidence: () => EvidenceTaker,
): BorrowedDriver {
  return new BorrowedDriver({
    selenium,
    session: order.session,
    maxMs: limits.commandMs,
    callingCheck,
    beforeCommand: () => {
      process.look();
      if (evidence().holdsSession) onHeld(heldByEvidence(order.session.sessionId));
    },
    onLateCommand,
    afterCommand: async (command, check) => {
      await evidence().afterCommand(command, check ?? firstCheckOf(lane));
    },
    onTyped: (typed) => {
      redaction.addTyped(typed);
      onTyped(typed);
    },
  });
}

/** What belongs to no check, such as a `before` hook of the root suite, is shown with the first check. */
export function firstCheckOf(lane: Lane): string {
  return lane.checks[0]?.title ?? '';
}
