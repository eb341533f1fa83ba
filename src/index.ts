import { resolveOptions } from './config/resolve-options.ts';
import type { Config } from './config/define-config.ts';
import type { grids } from './grids.ts';
import type { ReportServer } from './report/show/report-server.ts';
import type { Run } from './run-handle.ts';
import { startRun } from './run.ts';

/**
 * Runs the suite on every site of a list. Prints nothing and never ends the process; several may run at once,
 * each with its own `out`.
 * @param settings the flags' words in camel case; what is not given has the command line's default
 * @returns the run's events, to be iterated, and its `summary`
 * @throws GridrunError where a setting is wrong; what is wrong with list or checks rejects `summary`
 */
export function run(settings: Config & { readonly cwd?: string }): Run {
  const { cwd = process.cwd(), ...config } = settings;
  return startRun(resolveOptions({ cwd, flags: {}, configName: 'run()', config, env: process.env }));
}

/** The grids in containers; loaded when they are needed, because a Docker client is large. */
export async function openGrids(): Promise<typeof grids> {
  return (await import('./grids.ts')).grids;
}

/** What looks at runs that have ended; loaded when it is needed. */
export async function openPastRuns(): Promise<typeof import('./past-runs.ts')> {
  return import('./past-runs.ts');
}

/** Serves a results folder on loopback: the report with its evidence. */
export async function openReportServer(folder: string, port: number): Promise<ReportServer> {
  return await (await import('./report/show/report-server.ts')).serveReport(folder, port);
}

/** Opens a URL in the user's browser; resolves to whether there is one. */
export async function openBrowser(url: string): Promise<boolean> {
  return await (await import('./report/show/open-browser.ts')).openBrowser(url);
}

export type { ReportServer } from './report/show/report-server.ts';
export type { LookBack } from './past-runs.ts';
/** What `gridrun doctor` does. */
export async function openDoctor(): Promise<typeof import('./run-doctor.ts')> {
  return await import('./run-doctor.ts');
}

export type { Finding } from './doctor/finding.ts';
/** What `gridrun init` does. */
export async function openInit(): Promise<typeof import('./init/init-project.ts')> {
  return await import('./init/init-project.ts');
}

export type { InitAnswers, InitResult } from './init/init-project.ts';
export type { GridReport } from './grids.ts';
export { defineConfig, type Config } from './config/define-config.ts';
export { loadConfig } from './config/config-file.ts';
export { readSettings, reporterOptions, resolveOptions, type SettingSources } from './config/resolve-options.ts';
export { SETTINGS, configKey } from './config/settings.ts';
export { GridrunError, refusal, shownMistakes } from './core/fault.ts';
export type { Answer, Cause, Fault } from './core/fault.ts';
export type * from './core/attempt.ts';
export type * from './core/check.ts';
export type * from './core/event.ts';
export type * from './core/options.ts';
export type * from './core/site.ts';
export type { CheckVerdict, SiteVerdict, Verdict } from './core/verdict.ts';
export { refuseSettings } from './run-input.ts';
export { planRun, startRun } from './run.ts';
export type { Terminal } from './run-reporters.ts';
export { mergeReports, type MergeOptions } from './run-merge.ts';
export type { Run, RunSummary, StopRequest } from './run-handle.ts';
export type { RunPlan } from './run-plan.ts';
export { version } from './version.ts';
