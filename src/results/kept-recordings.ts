import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EVIDENCE, isRecording, RECORDINGS } from './layout.ts';
import type { RunFolder } from './run-folder.ts';

/** What else is in the folder is not gridrun's. */
const OURS = /^\d{8}T\d{6}Z-/;

export interface KeepRecordings {
  /** Whether the run that begins is recorded. Once a run was, the recordings of all later ones are kept. */
  readonly isRecorded: boolean;
  /** How many earlier runs keep their recordings. */
  readonly max: number;
}

/**
 * Moves the recordings of the finished run in a results folder to `recordings/<time>-<run>/<site>/`, and removes those of
 * the oldest runs. Call it before the folder is cleared. Throws what the file system throws.
 */
export async function keepRecordings(folder: RunFolder, { isRecorded, max }: KeepRecordings): Promise<void> {
  const kept = join(folder.path, RECORDINGS);
  if (!isRecorded && !existsSync(kept)) return;
  const before = max === 0 ? undefined : await folder.finished();
  if (before !== undefined) {
    // The time stands first, so that the names are in the order of the runs.
    const time = new Date(before.at).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    await moveRecordings(join(folder.path, EVIDENCE), join(kept, `${time}-${asName(before.run)}`));
  }
  if (max > 0) await mkdir(kept, { recursive: true });
  const runs = (await readdir(kept).catch(() => [])).filter((name) => OURS.test(name)).toSorted();
  for (const run of runs.slice(0, Math.max(0, runs.length - max))) await rm(join(kept, run), { recursive: true });
}

async function moveRecordings(evidence: string, to: string): Promise<void> {
  const sites = await readdir(evidence, { withFileTypes: true }).catch(() => []);
  for (const site of sites.filter((entry) => entry.isDirectory())) {
    const files = await readdir(join(evidence, site.name), { withFileTypes: true });
    for (const { name } of files.filter((entry) => entry.isFile() && isRecording(entry.name))) {
      await mkdir(join(to, site.name), { recursive: true });
      await rename(join(evidence, site.name, name), join(to, site.name, name));
    }
  }
}

/** A run's name comes from a file that anyone may have written. */
function asName(run: string): string {
  return run.slice(0, 100).replaceAll(/[^A-Za-z0-9_-]/g, '_');
}
