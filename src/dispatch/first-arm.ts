import { hash } from 'node:crypto';
import type { Arm, ControlMode } from '../core/attempt.ts';
import type { Site } from '../core/site.ts';
import type { DispatchSettings } from './dispatch-plan.ts';

type ArmSettings = Pick<DispatchSettings, 'run' | 'control' | 'controlSample'>;

/** When the control tries a site: `always` too for the sites of `--control-sample`. They are random, but the same for the same run. */
export function controlOf({ run, control, controlSample }: ArmSettings, { id }: Site): ControlMode {
  const isSampled = control === 'on-failure' && chance(`${run} sample ${id}`) < controlSample;
  return isSampled ? 'always' : control;
}

/** The arm that tries a site first. If both arms try it, it is random, so that neither always finds a warm server. */
export function firstArm(settings: ArmSettings, site: Site): Arm {
  if (controlOf(settings, site) !== 'always' || site.once === true) return 'subject';
  return chance(`${settings.run} ${site.id}`) < 0.5 ? 'subject' : 'control';
}

/** A random number from 0 to 1 that is the same for the same text. */
function chance(seed: string): number {
  return Number.parseInt(hash('sha256', seed).slice(0, 12), 16) / 16 ** 12;
}
