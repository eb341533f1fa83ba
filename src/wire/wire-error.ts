import { GridrunError } from '../core/fault.ts';
import { withoutDriverNoise } from '../text/driver-noise.ts';
import { ABORTED, classify, DEADLINE, mayBeDone } from './classify.ts';
import type { CutBy, Limits } from './deadline.ts';
import { withoutCredentials } from './endpoint.ts';

export interface WireErrorDetails {
  readonly cause?: unknown;
  /** When the server wants to be asked again, in ms from its reply. */
  readonly retryAfterMs?: number | undefined;
}

/** A command that failed. `classify` decides its code. */
export class WireError extends GridrunError {
  /** A W3C error code (`invalid session id`), a system error (`ECONNREFUSED`), or a constant of classify.ts. */
  readonly wireCode: string;
  /** No later command of this session can work. */
  readonly sessionLost: boolean;
  /** The command may have run although its reply never came. */
  readonly mayBeDone: boolean;
  /** When the server wants to be asked again, in ms from its reply; undefined if it did not say. */
  readonly retryAfterMs: number | undefined;

  /** `what` names the command and its target. `message` is the reply. */
  constructor(wireCode: string, what: string, message: string, details: WireErrorDetails = {}) {
    const judgement = classify(wireCode, message);
    super(judgement.code, withoutCredentials(`${what}: ${withoutDriverNoise(message).trimStart()}`), {
      hint: judgement.hint,
      cause: details.cause,
    });
    this.name = 'WireError';
    this.wireCode = wireCode;
    this.sessionLost = judgement.sessionLost;
    this.mayBeDone = mayBeDone(wireCode);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The error of a command that one of its limits ended. `what` names the command and its target. */
export function cutError(by: CutBy, what: string, { deadlineMs }: Limits): WireError {
  return by === 'deadline'
    ? new WireError(DEADLINE, what, `no reply within ${Math.round(deadlineMs)} ms`)
    : new WireError(ABORTED, what, 'stopped before its reply came');
}

/** A command of an attempt that has ended. It must not reach the page of the next site. */
export class RevokedError extends GridrunError {
  constructor(command: string) {
    super('check.late-command', `${command} came after its site had ended`, {
      hint: 'await every command of the driver',
    });
    this.name = 'RevokedError';
  }
}
