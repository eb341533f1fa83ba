import type { RunPlan } from '../index.ts';

const SECOND_MS = 1_000;

/** The plan of a run, as `--list` prints it. */
export function planText(plan: RunPlan): string {
  const { sites, checks, units, sessions, shard, duplicateCount } = plan;
  const ofShard = shard.total === 1 ? '' : ` in shard ${shard.index}/${shard.total}`;
  const duplicates = duplicateCount === 0 ? '' : ` (${duplicateCount} duplicates dropped)`;
  const lines = [`${count(checks.length, 'check')}:`, ...checks.map((check) => `  ${check.title}  [${check.file}]`), ''];
  lines.push(`${count(sites.length, 'site')}${ofShard}${duplicates}, ${count(units.length, 'work unit')} for ${count(sessions, 'session')}:`);
  for (const unit of units) {
    lines.push(`  unit ${unit.index + 1}, about ${(unit.expectedMs / SECOND_MS).toFixed(1)} s: ${unit.siteIds.join(' ')}`);
  }
  const skipped = sites.filter((site) => site.skip !== undefined);
  if (skipped.length > 0) lines.push(`  skipped: ${skipped.map((site) => `${site.id} (${site.skip})`).join(', ')}`);
  return `${lines.join('\n')}\n`;
}

function count(of: number, what: string): string {
  return `${of} ${what}${of === 1 ? '' : 's'}`;
}
