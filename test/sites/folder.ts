import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GridrunError } from '../../src/core/fault.ts';
import type { SiteList } from '../../src/sites/read.ts';
import { readSites } from '../../src/sites/read.ts';

/** The environment that the lists of these tests may name. */
export const ENVIRONMENT = { SHOP_USER: 'anna', SHOP_PASSWORD: 'correct-horse' };

/** Reads a list from a file of that name in a folder of its own, which is removed. */
export async function readFrom(name: string, content: string | Uint8Array): Promise<SiteList> {
  const cwd = await mkdtemp(join(tmpdir(), 'gridrun-sites-'));
  try {
    await writeFile(join(cwd, name), content);
    return await readSites(name, { cwd, environment: ENVIRONMENT });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** The refusal that reading such a file ends in. */
export async function refusalOf(name: string, content: string | Uint8Array): Promise<GridrunError> {
  return rejection(readFrom(name, content));
}

export async function rejection(promise: Promise<unknown>): Promise<GridrunError> {
  const error: unknown = await promise.then(
    (value) => new Error(`nothing was refused: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof GridrunError && error.answer === 'refuse') return error;
  throw error;
}
