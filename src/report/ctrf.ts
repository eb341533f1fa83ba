import { caseOutcome } from '../core/case-tally.ts';
import type { CheckPlan } from '../core/check.ts';
import type { Reporter } from '../core/ports.ts';
import type { RunState, SiteState } from '../core/run-state.ts';
import type { CheckVerdict } from '../core/verdict.ts';
import { writeWhole } from '../os/write-whole.ts';
import { shortName } from '../text/short-name.ts';

/** The version of the format: https://ctrf.io/docs/specification/overview */
const SPEC_VERSION = '0.0.0';

export interface CtrfOptions {
  readonly path: string;
  /** The prefix of attachment paths. */
  readonly attachmentBase: string;
}

type CtrfStatus = 'passed' | 'failed' | 'skipped' | 'pending' | 'other';

/** Writes the Common Test Report Format at the end of a run: one test per check of each site. */
export class CtrfReporter implements Reporter {
  readonly #state: RunState;
  readonly #options: CtrfOptions;

  /** @param state the state of the run; its owner applies the events */
  constructor(state: RunState, options: CtrfOptions) {
    this.#state = state;
    this.#options = options;
  }

  /** Throws the errors of the file system. */
  async finish(): Promise<void> {
    const { path, attachmentBase } = this.#options;
    await writeWhole(path, ctrfText(this.#state, attachmentBase));
  }
}

/** The report, one test at a time, so that a long list is never one string. */
export function* ctrfText(state: RunState, attachmentBase: string): Generator<string> {
  const { started } = state;
  const tool = { name: 'gridrun', ...(started === undefined ? {} : { version: started.gridrun }) };
  const extra =
    started === undefined ? {} : { extra: { run: started.run, grid: started.grid, planHash: started.planHash } };
  yield `{"reportFormat":"CTRF","specVersion":"${SPEC_VERSION}","generatedBy":"gridrun","results":{"tool":${JSON.stringify(tool)},`;
  yield `"summary":${JSON.stringify({ ...summaryOf(state), ...extra })},"tests":[`;
  const plans = new Map(state.checks.map((check) => [check.title, check]));
  let separator = '\n';
  for (const entry of state.sites()) {
    for (const check of entry.verdict.checks) {
      yield `${separator}${JSON.stringify(testOf(entry, check, plans.get(check.title), attachmentBase))}`;
      separator = ',\n';
    }
  }
  yield '\n]}}\n';
}

function summaryOf(state: RunState): Record<string, number> {
  const counts: Record<CtrfStatus, number> = { passed: 0, failed: 0, skipped: 0, pending: 0, other: 0 };
  let [tests, flaky, suites] = [0, 0, 0];
  for (const entry of state.sites()) {
    suites++;
    for (const check of entry.verdict.checks) {
      tests++;
      if (check.flaky) flaky++;
      counts[statusOf(check, entry)]++;
    }
  }
  const start = whole(state.started?.at ?? 0);
  const duration = whole(state.durationMs);
  return { tests, ...counts, flaky, suites, start, stop: start + duration, duration };
}

/** The status as JUnit counts it, except that a planned check that was not run is `pending`. */
function statusOf(check: CheckVerdict, entry: SiteState): CtrfStatus {
  switch (caseOutcome(check, entry)) {
    case 'passed':
      return 'passed';
    case 'skipped':
      return 'skipped';
    case 'failure':
      return 'failed';
    case 'error':
      return check.status === 'not-run' ? 'pending' : 'failed';
  }
}

function testOf(entry: SiteState, check: CheckVerdict, plan: CheckPlan | undefined, attachmentBase: string): object {
  const { site, verdict, session, excused } = entry;
  const { fault } = check;
  const excuse = excused?.find(({ title }) => title === check.title);
  const message =
    excuse === undefined ? (fault?.message ?? check.reason) : `known failure: ${excuse.text}: ${fault?.message ?? ''}`;
  const tags = [...new Set([...(site.tags ?? []), ...(plan?.tags ?? [])])];
  return {
    name: check.title === '' ? '(no title)' : shortName(check.title),
    status: statusOf(check, entry),
    duration: whole(check.durationMs),
    suite: [site.id, ...(plan?.titlePath.slice(0, -1) ?? [])],
    ...(message === undefined ? {} : { message }),
    ...(fault?.stack === undefined ? {} : { trace: fault.stack }),
    rawStatus: check.status,
    ...(tags.length === 0 ? {} : { tags }),
    type: 'e2e',
    ...(plan === undefined ? {} : { filePath: plan.file }),
    retries: Math.max(0, verdict.attempts - 1),
    flaky: check.flaky,
    ...(session === undefined
      ? {}
      : { browser: `${session.opened.browserName} ${session.opened.browserVersion}`.trim() }),
    ...(check.attachments === undefined
      ? {}
      : {
          attachments: check.attachments.map(({ name, contentType, path }) => ({
            name,
            contentType,
            path: `${attachmentBase}/${path}`,
          })),
        }),
    parameters: { site: site.id, url: site.url },
    ...(check.cause === undefined
      ? {}
      : { extra: { cause: check.cause, ...(fault === undefined ? {} : { code: fault.code }) } }),
  };
}

/** The format allows only whole ms. */
function whole(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : 0;
}
