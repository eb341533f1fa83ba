import type { RunEvent } from '../core/event.ts';
import { RunState } from '../core/run-state.ts';
import { replay } from './replay.ts';

/** Folds a journal into the state that reports are made of. Throws as `replay` does. */
export async function foldJournal(path: string): Promise<RunState> {
  return foldEvents(replay(path));
}

/** Folds events from any source. */
export async function foldEvents(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<RunState> {
  const state = new RunState();
  for await (const event of events) state.apply(event);
  return state;
}
