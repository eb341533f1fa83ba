import type { Run } from './app/run/handle.ts';
import { startRun } from './app/run/run.ts';
import type { Config } from './config/config.ts';
import { resolveOptions } from './config/resolve-options.ts';

/**
 * Runs the suite on every site of a list. It prints nothing and never ends the process. Several runs may be active at
 * once if each has its own `out`.
 * @example
 * import { run } from 'gridrun';
 *
 * const handle = run({ sites: 'sites.json', sessions: 4 });
 * for await (const event of handle) {
 *   if (event.type === 'site-judged') console.log(event.verdict.siteId, event.verdict.verdict);
 * }
 * const { exitCode } = await handle.summary;
 * @param settings the keys of a config; what is left out has the default of the command line. `cwd` is the base of
 *   relative paths (default: the folder of the process)
 * @returns the events of the run, as an async iterable, and its `summary`
 * @throws GridrunError if a setting is not valid. A mistake in the list or the checks rejects `summary` instead
 */
export function run(settings: Config & { readonly cwd?: string }): Run {
  const { cwd = process.cwd(), ...config } = settings;
  return startRun(resolveOptions({ cwd, flags: {}, configName: 'run()', config, env: process.env }));
}

export { defineConfig } from './config/define-config.ts';
export type { Config } from './config/config.ts';
export type { Run, RunSummary } from './app/run/handle.ts';
export type { StopReason, StopStage as StopRequest } from './core/stop.ts';
export { GridrunError } from './core/fault.ts';
export type { Answer, Cause, Fault } from './core/fault.ts';
// The events of a run, and what they hold.
export type { CloseReason } from './core/close-reason.ts';
export type {
  AttemptEnded,
  AttemptStarted,
  CheckOutput,
  ExtensionLoaded,
  GridReady,
  GridScaled,
  Notice,
  RunEnded,
  RunEvent,
  RunStarted,
  RunStopping,
  SiteExcused,
  SiteJudged,
  SitesPlanned,
  SlotIdle,
  UnitStarted,
} from './core/event.ts';
export type { SessionClosed, SessionOpened } from './core/session-event.ts';
export type { HistoryCompared, SiteRemembered } from './core/history-event.ts';
export type {
  Arm,
  Attachment,
  Attempt,
  AttemptEnding,
  CheckResult,
  CheckStatus,
  ControlMode,
  ExtensionError,
} from './core/attempt.ts';
export type { CheckPlan } from './core/check.ts';
export type { Site } from './core/site.ts';
export type { RememberedRun } from './core/story.ts';
export type { CheckExcuse, CheckVerdict, ExcusedBy, SiteVerdict, Verdict } from './core/verdict.ts';
