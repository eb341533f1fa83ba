import { resolveOptions } from './config/resolve-options.ts';
import type { Config } from './config/config.ts';
import type { Run } from './app/run/handle.ts';
import { startRun } from './app/run/run.ts';

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

export type { Config } from './config/config.ts';
export { defineConfig } from './config/define-config.ts';
export { GridrunError } from './core/fault.ts';
export type { Answer, Cause, Fault } from './core/fault.ts';
export type * from './core/attempt.ts';
export type * from './core/check.ts';
export type * from './core/event.ts';
export type * from './core/site.ts';
export type { CheckVerdict, SiteVerdict, Verdict } from './core/verdict.ts';
export type { StopReason, StopStage as StopRequest } from './core/stop.ts';
export type { Run, RunSummary } from './app/run/handle.ts';
