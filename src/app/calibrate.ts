import { join } from 'node:path';
import { calibrate, type Calibration } from '../core/calibration/calibrate.ts';
import { knownStanding } from '../core/comparison.ts';
import type { RunOptions } from '../core/options.ts';
import { RunState } from '../core/run-state.ts';
import { writeWhole } from '../os/write-whole.ts';
import { calibrationText } from '../report/look-back/calibration-text.ts';
import { CALIBRATION_JSON } from '../results/layout.ts';
import type { Run, RunSummary } from './run/handle.ts';
import type { Terminal } from './run/reporters.ts';
import { startRun } from './run/run.ts';

/** What a calibration found, and how its run ended. */
export interface Calibrated {
  readonly calibration: Calibration;
  readonly text: string;
  readonly exitCode: number;
}

/** Starts a run with the build of the options in both arms of every site. */
export function startCalibration(options: RunOptions, terminal: Terminal | undefined): Run {
  const both = { ...options, control: options.extension, controlAll: true, isCalibration: true };
  return startRun(both, terminal === undefined ? {} : { terminal });
}

/** Waits for the run, and writes what it says about the list into its results folder. Sites that fail do not fail it. */
export async function finishCalibration(run: Run): Promise<Calibrated> {
  const state = new RunState();
  for await (const event of run) state.apply(event);
  const summary = await run.summary;
  const calibration = calibrate(state);
  await writeWhole(join(summary.out, CALIBRATION_JSON), `${JSON.stringify(calibration, undefined, 2)}\n`);
  return { calibration, text: calibrationText(calibration), exitCode: exitCodeOf(summary, state) };
}

/** 0, 1 and 3 are of sites, unless some were not tried or the run itself ended early. */
function exitCodeOf({ exitCode }: RunSummary, state: RunState): number {
  const isOfSites = exitCode === 0 || exitCode === 1 || exitCode === 3;
  const { ended } = state;
  const isWhole = ended?.stopped === '' && ended.faults.length === 0 && wereTried(state);
  return isOfSites ? (isWhole ? 0 : 3) : exitCode;
}

/** Was each site tried that the list does not skip? If it skips all, nothing was measured. */
function wereTried(state: RunState): boolean {
  const verdicts = [...state.sites()].map(({ verdict }) => verdict).filter(({ verdict }) => verdict !== 'skipped');
  return (
    verdicts.length > 0 &&
    verdicts.every(({ verdict, cause }) => !['not-run', 'absent'].includes(knownStanding(verdict, cause)))
  );
}
