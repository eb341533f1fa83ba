import { hostname } from 'node:os';
import { birthOf, isAlive } from '../../os/process-table.ts';

/** The label of a grid that this process owns: host, pid and when the process was started. */
export async function ownerLabel(): Promise<string> {
  return JSON.stringify({ host: hostname(), pid: process.pid, birth: (await birthOf(process.pid)) ?? '' });
}

/** Whether the process of an owner's label is gone. One of another machine, or that can't be read, is not. */
export async function isOwnerDead(label: string): Promise<boolean> {
  try {
    const { host, pid, birth } = JSON.parse(label) as { host: string; pid: number; birth: string };
    return host === hostname() && !(await isAlive(pid, birth === '' ? undefined : birth));
  } catch {
    return false;
  }
}
