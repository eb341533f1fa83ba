import type { Arm } from '../core/attempt.ts';
import type { Emit, Grid, Isolation } from '../core/ports.ts';
import type { Down } from './outage-text.ts';
import type { Slot, SlotSession } from './slot.ts';
import type { StopFlag } from './stop-flag.ts';
import type { Ask } from './waiting-sessions.ts';

/** What each session is opened with, and how long to wait for one. */
export interface SupplySettings {
  /** Sessions are named `<run>-<slot>`. */
  readonly run: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** After this time without a session the grid is lost. */
  readonly outageMs: number;
  /** A session that has waited so long for a site is asked if it still lives. */
  readonly askAfterMs: number;
}

/** What the supply works with. `stop` ends requests for sessions, and resets. */
export interface SupplyParts {
  readonly grid: Grid;
  readonly isolation: Isolation;
  readonly emit: Emit;
  readonly stop: StopFlag;
  readonly ask: Ask;
}

/** A slot that has a session. */
export interface OpenSlot {
  readonly slot: Slot;
  readonly session: Readonly<SlotSession>;
}

/** What the next site needs of a new session. */
export interface SessionWish {
  readonly arm: Arm;
  readonly avoidNodes: readonly string[];
}

/** What the dispatcher learns from the supply. */
export interface SupplyListener {
  /** A session opened or closed, or another one may be asked for. */
  changed(): void;
  /** The grid gives no session any more. */
  lost(down: Down): void;
  /** A bug: something that nothing awaits has thrown. */
  failed(error: unknown): void;
}
