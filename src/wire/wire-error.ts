import { GridrunError } from '../core/fault.ts';
import { withoutDriverNoise } from '../text/driver-noise.ts';
import { classify, mayBeDone } from './classify.ts';
import { withoutCredentials } from './endpoint.ts';

/** A command that failed. `classify` decides its code. */
export class WireError extends GridrunError {
  /** The W3C error code (`invalid session id`), a system error's (`ECONNREFUSED`), or one of classify.ts. */
  readonly wireCode: string;
  /** No later command of this session can work. */
  readonly sessionLost: boolean;
  /** The command may have been done although its answer never came. */
  readonly mayBeDone: boolean;

  /** `what` names the command and its target; `message` is what came back. */
  constructor(wireCode: string, what: string, message: string, cause?: unknown) {
    const judgement = classify(wireCode, message);
    super(judgement.code, withoutCredentials(`${what}: ${withoutDriverNoise(message).trimStart()}`), {
      hint: judgement.hint,
      cause,
    });
    this.name = 'WireError';
    this.wireCode = wireCode;
    this.sessionLost = judgement.sessionLost;
    this.mayBeDone = mayBeDone(wireCode);
  }
}

/** A command of an attempt that has ended: it must not drive the next site's page. */
export class RevokedError extends GridrunError {
  constructor(command: string) {
    super('check.late-command', `${command} came after its site had ended`, {
      hint: 'await every command of the driver',
    });
    this.name = 'RevokedError';
  }
}
