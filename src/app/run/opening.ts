import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { SCHEMA_VERSION, type RunStarted, type SitesPlanned, type Undated } from '../../core/event.ts';
import type { RunOptions } from '../../core/options.ts';
import type { Grid } from '../../core/ports.ts';
import type { ResumePlan } from '../../results/resume.ts';
import type { RunPlan } from './plan.ts';
import { version } from '../../version.ts';

/** Sorts by time and does not repeat: `20261121-184501-3fa9`. */
export function runName(): string {
  const [day = '', time = ''] = new Date().toISOString().replace(/[-:]/g, '').split(/[T.]/);
  return `${day}-${time}-${randomBytes(2).toString('hex')}`;
}

/** The first event of a run. */
export function runStarted(
  run: string,
  options: RunOptions,
  plan: RunPlan,
  grid: Grid,
  resumed: ResumePlan | undefined,
): Undated<RunStarted> {
  return {
    type: 'run-started',
    schema: SCHEMA_VERSION,
    run,
    gridrun: version(),
    host: hostname(),
    ...planFacts(plan),
    duplicateCount: plan.duplicateCount,
    sessions: plan.sessions,
    grid: grid.name,
    ...(resumed === undefined ? {} : { resumes: resumed.run }),
    failOnFlaky: options.failOnFlaky,
  };
}

/** What of a plan is in the journal's first line, by which a run that goes on knows its own. */
export function planFacts(plan: RunPlan): {
  planHash: string;
  siteCount: number;
  checks: RunPlan['checks'];
  shard: RunPlan['shard'];
} {
  return { planHash: plan.planHash, siteCount: plan.sites.length, checks: plan.checks, shard: plan.shard };
}

/** So many sites in one line of the journal. */
const SITES_IN_A_BATCH = 500;

/** The planned sites, as events. */
export function* sitesPlanned({ sites, indexes }: RunPlan): Generator<Undated<SitesPlanned>> {
  for (let start = 0; start < sites.length; start += SITES_IN_A_BATCH) {
    const part = <T>(all: readonly T[]): T[] => all.slice(start, start + SITES_IN_A_BATCH);
    yield { type: 'sites-planned', sites: part(sites), ...(indexes === undefined ? {} : { indexes: part(indexes) }) };
  }
}
