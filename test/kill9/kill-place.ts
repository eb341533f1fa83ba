import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { workersOf } from '../support/left-behind.ts';

/** What a kill ends: gridrun alone, gridrun with all processes of its group, or one of its workers. */
export type Target = 'parent' | 'group' | 'worker';

/** When to kill, and what. */
export interface KillPlace {
  readonly target: Target;
  /**
   * Kill when the run's journal has this number of bytes. A length, not a time: a busy machine would make every kill an
   * early one. Below 0: kill as soon as the run has locked its folder.
   */
  readonly journalBytes: number;
}

/** A place for a kill in a run whose journal has `length` bytes at its end. */
export function placeIn(length: number, random: () => number): KillPlace {
  const target = (['parent', 'group', 'worker'] as const)[Math.floor(random() * 3)]!;
  const isEarly = target !== 'worker' && random() < 0.08;
  return { target, journalBytes: isEarly ? -1 : Math.floor(random() * length) };
}

/** Which file a journal is, and how long. A resumed run moves the old file away and makes a new one. */
export interface JournalSize {
  readonly file: number;
  readonly bytes: number;
}

export function journalSize(path: string): JournalSize | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : { file: found.ino, bytes: found.size };
}

/** Is it time for the kill of `parent`? `before` is the journal that was there when it started. */
export function isReached(place: KillPlace, parent: number, out: string, before: JournalSize | undefined): boolean {
  if (place.journalBytes < 0) return hasLocked(parent, out);
  const now = journalSize(join(out, 'events.ndjson'));
  return now !== undefined && now.file !== before?.file && now.bytes >= place.journalBytes;
}

function hasLocked(pid: number, out: string): boolean {
  const lock = join(out, '.gridrun.lock');
  return existsSync(lock) && readFileSync(lock, 'utf8').includes(`"pid":${pid},`);
}

/** The process to kill, as `process.kill` takes it; undefined if there is none yet. */
export function processOf({ target }: KillPlace, parent: number): number | undefined {
  if (target === 'parent') return parent;
  return target === 'group' ? -parent : workersOf(parent)[0];
}
