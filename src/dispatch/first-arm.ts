import { hash } from 'node:crypto';
import type { Arm } from '../core/attempt.ts';

/** The arm that tries a site first: random, but the same for the same seed. */
export function firstArm(seed: string): Arm {
  return Number.parseInt(hash('sha256', seed).slice(0, 2), 16) % 2 === 0 ? 'subject' : 'control';
}
