import type { Notice, Undated } from '../core/event.ts';
import type { Fault } from '../core/fault.ts';
import type { Patient } from './streak.ts';

/** Something that was down from a time on, and what made that known. */
export interface Down {
  readonly patient: Patient;
  /** ms since 1970 */
  readonly since: number;
  readonly fault: Fault;
}

/** What was down, in words. `grid` is the name of the run's grid. */
export function patientName(patient: Patient, grid: string): string {
  if (patient === 'network')
    return grid === 'local' ? 'the network of this machine' : `the network of the grid ${grid}`;
  return grid === 'local' ? 'the Chrome of this machine' : `the grid ${grid}`;
}

/** The notice that it is back, and from when to when it was away. */
export function backNotice({ patient, since, fault }: Down, grid: string): Undated<Notice> {
  const text = `${patientName(patient, grid)} was down ${span(since, Date.now())}, and is back: ${fault.message}`;
  return { type: 'notice', level: 'warning', code: 'run.outage', text };
}

/** It did not come back. */
export function downText({ patient, since, fault }: Down, grid: string): string {
  return `${patientName(patient, grid)} was down ${span(since, Date.now())} and did not come back: ${fault.message}`;
}

/** `from 2026-11-26T10:15:03Z to 2026-11-26T10:16:03Z (60 s)` */
function span(from: number, to: number): string {
  const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return `from ${text(from)} to ${text(to)} (${Math.round((to - from) / 1000)} s)`;
}
