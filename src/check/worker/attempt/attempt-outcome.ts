import type { Attempt } from '../../../core/attempt.ts';
import type { Fault } from '../../../core/fault.ts';
import type { AttemptOutcome, SessionKept } from '../../../core/ports.ts';
import type { AttemptParts } from './attempt-parts.ts';
import type { AttemptRedaction } from './attempt-redaction.ts';

/** How an attempt ended. */
export interface AttemptEnd {
  readonly ending: Attempt['ending'];
  readonly fault: Fault | undefined;
  readonly suiteMs: number | undefined;
  /** The attempt has left the session in a state that isolation cannot clean. */
  readonly sessionDirty: boolean;
}

/** What the parts of an attempt have at its end, without its secrets. */
export function outcomeOf(parts: AttemptParts, end: AttemptEnd, redaction: AttemptRedaction): AttemptOutcome {
  const { borrowed, record, extension, evidence, held, sent, recording } = parts;
  const { ending, fault, suiteMs, sessionDirty } = end;
  return {
    ending,
    checks: record.list(),
    suiteMs,
    ...(fault === undefined ? {} : { fault: redaction.value(fault) }),
    sessionDirty: sessionDirty || evidence.holdsSession || borrowed.hasChangedBrowser || held.isHeld,
    kept: keptOf(parts),
    ...(extension.errors.length === 0 ? {} : { extensionErrors: redaction.value(extension.errors) }),
    ...(sent?.page === undefined ? {} : { sentPage: sent.page }),
    ...(recording?.kept === undefined ? {} : { recording: recording.kept }),
  };
}

function keptOf({ borrowed: { use }, timeouts }: AttemptParts): SessionKept {
  const window = !use.hasUsedWindows;
  return use.hasSetTimeouts ? { window } : { window, timeouts: timeouts.wanted };
}
