import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { randomFrom } from '../support/random.ts';
import { journalSize, placeIn } from './kill-place.ts';
import { noToll, trial, type Subject, type Toll } from './trial.ts';

const MAX_CHAIN = 3;

export interface KillOptions {
  readonly times: number;
  /** The same seed chooses the same places. */
  readonly seed: number;
  /** Called with the chain, and what was wrong with it. */
  readonly onWrong?: (text: string) => void;
}

/** Kills runs until there were `times` kills, in chains of up to three, and resumes each chain to its end. */
export async function killTimes(subject: Subject, { times, seed, onWrong = () => {} }: KillOptions): Promise<Toll> {
  const random = randomFrom(seed);
  const { place, reference } = subject;
  const length = journalSize(join(place.folder, reference, 'events.ndjson'))?.bytes ?? 0;
  const toll = noToll();
  for (let count = 1; killsIn(toll) < times; count += 1) {
    const chain = Math.min(1 + Math.floor(random() * MAX_CHAIN), times - killsIn(toll));
    const places = Array.from({ length: chain }, () => placeIn(length, random));
    const before = toll.wrong.length;
    const out = `run-${count}`;
    await trial(subject, out, places, toll);
    const wrong = toll.wrong.slice(before);
    if (wrong.length > 0) onWrong(`seed ${seed}, ${out}, ${JSON.stringify(places)}:\n  ${wrong.join('\n  ')}`);
    await rm(join(place.folder, out), { recursive: true, force: true });
  }
  return toll;
}

export function killsIn({ kills }: Toll): number {
  return kills.parent + kills.group + kills.worker;
}

/** One line for people. */
export function report(toll: Toll): string {
  const { kills, late, lost, doubled, leaked, differing } = toll;
  const targets = `${kills.parent} parent, ${kills.group} group, ${kills.worker} worker`;
  return `kills ${killsIn(toll)} (${targets}; ${late} came too late), lost ${lost}, doubled ${doubled}, leaked ${leaked}, reports that differ ${differing}`;
}
