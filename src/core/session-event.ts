import type { Arm } from './attempt.ts';
import type { CloseReason } from './close-reason.ts';

/** A session is open, for one site or for many. */
export interface SessionOpened {
  readonly type: 'session-opened';
  readonly at: number;
  readonly sessionId: string;
  /** Its slot in the run, from 0. */
  readonly slot: number;
  /** The node of the grid; `local` on this machine. */
  readonly node: string;
  readonly browserName: string;
  readonly browserVersion: string;
  /** How long it took to open. */
  readonly durationMs: number;
  /** In a run with an extension: the arm that the session is for. */
  readonly arm?: Arm;
  /** The extension's id in this session. */
  readonly extensionId?: string;
}

/** A session was closed. */
export interface SessionClosed {
  readonly type: 'session-closed';
  readonly at: number;
  readonly sessionId: string;
  readonly slot: number;
  readonly reason: CloseReason;
  /** How many sites it tried. */
  readonly siteCount: number;
}
