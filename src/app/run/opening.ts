import { hostname } from 'node:os';
import { SCHEMA_VERSION, type RunStarted, type Undated } from '../../core/event.ts';
import { countOf } from '../../core/count-of.ts';
import type { ChromeKind } from '../../core/chrome.ts';
import type { RunOptions } from '../../core/options.ts';
import type { PlanFacts } from '../../results/resume.ts';
import { setAsideText } from '../../results/run-folder.ts';
import { sitesPlanned } from '../../results/sites-planned.ts';
import { version } from '../../version.ts';
import { buildsOfRun } from './extension.ts';
import type { RunInput } from './input.ts';
import type { Books } from './open-books.ts';
import type { Prepared } from './prepare.ts';

/** What the first line of a journal says beside the plan. */
export type HeadOptions = Pick<RunOptions, 'failOnFlaky' | 'lastFailed'>;

/**
 * Writes the head of a run's journal: what is planned, what happened before the journal was open, and what a resumed run
 * keeps of the earlier one.
 */
export async function writeHead(prepared: Prepared, { emit, folder }: Books, options: HeadOptions): Promise<void> {
  const { aside, early, resumed } = prepared;
  const { plan, historyNotice } = prepared.input;
  emit(runStarted(prepared, options));
  for (const planned of sitesPlanned(plan.sites, plan.indexes)) emit(planned);
  early.open(emit);
  if (aside !== undefined && resumed === undefined)
    emit({ type: 'notice', level: 'info', code: 'run.set-aside', text: setAsideText(aside) });
  if (historyNotice !== undefined) emit(historyNotice);
  if (resumed?.damage !== undefined)
    emit({
      type: 'notice',
      level: 'warning',
      code: 'resume.damaged',
      text: `${resumed.damage}; ${resumed.kept.size} sites before it keep their verdicts, the others run again`,
    });
  if (resumed?.hasOtherChecks === true && resumed.kept.size > 0)
    emit({
      type: 'notice',
      level: 'warning',
      code: 'resume.checks',
      text: `the check files have changed since run ${resumed.run}; ${countOf(resumed.kept.size, 'site')} it has tried keep their verdicts`,
    });
  // The evidence first: a verdict in the journal means that its evidence is here, also if the run ends at once.
  await resumed?.copyEvidence(folder);
  for await (const event of resumed?.keptEvents(folder) ?? []) emit(event);
}

/** The first event of a run. */
function runStarted(
  { run, input, chrome, grid, resumed }: Prepared,
  { failOnFlaky, lastFailed }: HeadOptions,
): Undated<RunStarted> {
  const { plan } = input;
  return {
    type: 'run-started',
    schema: SCHEMA_VERSION,
    run,
    gridrun: version(),
    host: hostname(),
    ...planFacts(input, chrome?.kind),
    duplicateCount: plan.duplicateCount,
    sessions: plan.sessions,
    grid: grid.name,
    ...(resumed === undefined ? {} : { resumes: resumed.run }),
    failOnFlaky,
    ...(input.checksLeftOut ? { checksLeftOut: true } : {}),
    ...(lastFailed ? { lastFailed } : {}),
  };
}

/** What the journal's first line says of a plan. A run that is resumed must have the same. */
export function planFacts({ plan, hashes, builds }: RunInput, chrome: ChromeKind | undefined): PlanFacts {
  const { planHash, sites, checks, shard } = plan;
  const control = builds?.mode ?? 'never';
  const browser = chrome === undefined ? {} : { chrome };
  const facts = { planHash, siteCount: sites.length, checks, ...hashes, shard, control, ...browser };
  return builds === undefined ? facts : { ...facts, builds: buildsOfRun(builds) };
}
