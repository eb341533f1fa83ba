/**
 * How hard a run is stopped: `drain` starts no new site, `stop` ends the sites that run, `kill` waits for nothing. Each
 * stage includes the ones before it.
 */
export type StopStage = 'drain' | 'stop' | 'kill';

/**
 * Why a run stops: a person asked for it, `--max-failures` or `--global-timeout` was reached, the journal could not be
 * written, or the grid or the network was down and did not come back.
 */
export type StopReason = 'interrupted' | 'max-failures' | 'global-timeout' | 'journal' | 'outage';

/** Whether `--resume` can go on with a run that stopped for this reason. */
export function isResumable(stopped: unknown): boolean {
  return stopped === 'interrupted' || stopped === 'outage';
}

/** A stop of a run, and the same in words. */
export interface Stop {
  readonly reason: StopReason;
  readonly text: string;
}

/** Weakest first. */
const STAGES: readonly StopStage[] = ['drain', 'stop', 'kill'];

/** Whether `stage` is stronger than `other`. Every stage is stronger than none. */
export function isStronger(stage: StopStage, other: StopStage | undefined): boolean {
  return other === undefined || STAGES.indexOf(stage) > STAGES.indexOf(other);
}

/** The stage that follows `stage`; undefined after `kill`. */
export function nextStage(stage: StopStage): StopStage | undefined {
  return STAGES[STAGES.indexOf(stage) + 1];
}
