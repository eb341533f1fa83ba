import type { RecordedCode } from '../core/error-codes.ts';
import { isCode } from '../core/error-codes.ts';
import { UNREACHED_CODES } from '../core/unreached-codes.ts';
import type { Fault } from '../core/fault.ts';
import type { AttemptOutcome } from '../core/ports.ts';
import { OWN_FAULTS, REPEATED_FAULTS } from './retry.ts';
import type { SiteProgress } from './site-progress.ts';

/** Who seems to be sick: the grid with its browsers or this machine, or the network behind them. */
export type Patient = 'grid' | 'network';

/** What an attempt says about the grid and the network. */
export interface Symptom {
  readonly patient: Patient;
  readonly fault: Fault;
}

/** The symptom of an attempt; undefined if the site was reached, so that neither the grid nor the network is down. */
export function symptomOf({ ending, fault, checks }: AttemptOutcome): Symptom | undefined {
  if (ending === 'faulted') {
    const sick =
      fault !== undefined && fault.cause !== 'site' && fault.cause !== 'check' && fault.cause !== 'extension';
    const isOther = isCode(fault?.code, ...OWN_FAULTS, ...REPEATED_FAULTS);
    return sick && !isOther ? { patient: 'grid', fault } : undefined;
  }
  if (ending === 'interrupted' || checks.some(({ status }) => status === 'passed')) return undefined;
  const first = checks.find(({ status }) => status !== 'skipped' && status !== 'not-run');
  return first?.status === 'errored' && isCode(first.fault?.code, ...UNREACHED_CODES)
    ? { patient: 'network', fault: first.fault! }
    : undefined;
}

/** An attempt of a streak. */
export interface Sufferer {
  readonly progress: SiteProgress;
  readonly attempt: number;
}

/** Attempts that ended one after the other with the same fault. */
export class Streak {
  readonly patient: Patient;
  readonly code: RecordedCode;
  /** The first fault. */
  readonly fault: Fault;
  /** When the first attempt ended, in ms since 1970. */
  readonly since: number;
  readonly attempts: Sufferer[] = [];
  readonly #places = new Set<string>();

  constructor({ patient, fault }: Symptom, since: number) {
    this.patient = patient;
    this.code = fault.code;
    this.fault = fault;
    this.since = since;
  }

  /** Whether this symptom goes on with the streak. */
  fits(symptom: Symptom): boolean {
    return symptom.patient === this.patient && symptom.fault.code === this.code;
  }

  /** `place`: what has to differ from attempt to attempt: the site, or for the network its domain. */
  add(sufferer: Sufferer, place: string): void {
    this.attempts.push(sufferer);
    this.#places.add(place);
  }

  /** The number of sites or domains. */
  get length(): number {
    return this.#places.size;
  }
}
