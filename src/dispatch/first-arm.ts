import { hash } from 'node:crypto';
import type { Arm } from '../core/attempt.ts';

/** Which arm tries a site first: by chance, and the same whenever the seed is the same. */
export function firstArm(seed: string): Arm {
  return Number.parseInt(hash('sha256', seed).slice(0, 2), 16) % 2 === 0 ? 'subject' : 'control';
}
