import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Site } from '../core/site.ts';
import { refusal } from '../core/fault.ts';
import { withoutBom } from '../text/without-bom.ts';

/** The expected duration of a site if no duration is known at all. */
const UNKNOWN_SITE_MS = 10_000;

/** The expected duration of a site, in ms: its known duration, or the median of all known durations, or 10 s. */
export function expectedDurations(
  durations: ReadonlyMap<string, number> = new Map(),
): (site: Pick<Site, 'id'>) => number {
  const sorted = Float64Array.from(durations.values()).sort();
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? UNKNOWN_SITE_MS;
  return (site) => durations.get(site.id) ?? medianMs;
}

/** Reads the durations of an earlier run from a file. Throws a refusal if it cannot be read or has no duration. */
export async function readDurations(
  file: string,
  { cwd, signal }: { readonly cwd: string; readonly signal?: AbortSignal },
): Promise<ReadonlyMap<string, number>> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw refusal('plan.durations', `cannot read the durations file ${file}: ${why}`, {
      hint: 'pass the results.json of an earlier run to --durations',
    });
  }
  return parseDurations(text, file);
}

/**
 * The duration of each site, in ms, by its id. Takes a results.json (`{"sites": [{"id", "durationMs"}]}`), an object of
 * ids and ms, NDJSON of either, or a journal, and reads only these fields. Ignores a duration of 0: that site did not
 * run. Throws a refusal if the text has no duration.
 */
export function parseDurations(text: string, name: string): ReadonlyMap<string, number> {
  const durations = new Map<string, number>();
  const whole = parsed(text);
  if (whole !== undefined) collect(whole, durations);
  else for (const line of text.split('\n')) collect(parsed(line), durations);
  if (durations.size === 0) {
    throw refusal('plan.durations', `the durations file ${name} has no duration of any site`, {
      hint: 'pass the results.json of an earlier run to --durations',
    });
  }
  return durations;
}

function collect(value: unknown, durations: Map<string, number>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, durations);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const { sites, verdict, id, siteId, durationMs, type } = value as Readonly<Record<string, unknown>>;
  const named = id ?? siteId;
  if (Array.isArray(sites)) collect(sites, durations);
  else if (typeof named === 'string') note(durations, named, durationMs);
  else if (type === 'site-judged') collect(verdict, durations);
  else if (typeof type !== 'string') for (const [key, ms] of Object.entries(value)) note(durations, key, ms);
}

function note(durations: Map<string, number>, id: string, ms: unknown): void {
  if (typeof ms === 'number' && Number.isFinite(ms) && ms > 0) durations.set(id, ms);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(withoutBom(text)) as unknown;
  } catch {
    return undefined;
  }
}
