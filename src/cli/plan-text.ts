import type { RunPlan } from '../app/run/plan.ts';

const SECOND_MS = 1_000;

/** Ids in one piece of text. The plan of a million sites must not become one string. */
const IDS_IN_PIECE = 10_000;

/** The plan of a run as `--list` prints it, in pieces. */
export function* planText(plan: RunPlan): Generator<string, void, undefined> {
  const { sites, checks, units, sessions, shard, duplicateCount } = plan;
  const ofShard = shard.total === 1 ? '' : ` in shard ${shard.index}/${shard.total}`;
  const duplicates = duplicateCount === 0 ? '' : ` (${count(duplicateCount, 'duplicate')} dropped)`;
  yield `${count(checks.length, 'check')}:\n${checks.map((check) => `  ${check.title}  [${check.file}]\n`).join('')}\n`;
  yield `${count(sites.length, 'site')}${ofShard}${duplicates}, ${count(units.length, 'work unit')} for ${count(sessions, 'session')}:\n`;
  for (const unit of units) {
    yield `  unit ${unit.index + 1}, about ${(unit.expectedMs / SECOND_MS).toFixed(1)} s:`;
    for (let start = 0; start < unit.siteIds.length; start += IDS_IN_PIECE)
      yield ` ${unit.siteIds.slice(start, start + IDS_IN_PIECE).join(' ')}`;
    yield '\n';
  }
  const skipped = sites.filter((site) => site.skip !== undefined);
  if (skipped.length > 0) yield `  skipped: ${skipped.map((site) => `${site.id} (${site.skip})`).join(', ')}\n`;
}

function count(of: number, what: string): string {
  return `${of} ${what}${of === 1 ? '' : 's'}`;
}
