import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/**
 * Starts a program in a process group of its own. A signal to the group reaches everything that the program starts, and
 * Ctrl-C in a terminal does not reach it. Windows has no process groups: there the tree of processes takes their place.
 */
export function startGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(program, args, { ...options, detached: process.platform !== 'win32' });
}

/** Sends a signal to the whole group. Does nothing if the group is gone. Never throws. */
export async function signalGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    // Windows may have given the pid of a process that has ended to another one.
    if (!hasExited(child)) await killTree(pid);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone. EPERM: macOS says so of a group in which every process is a zombie.
  }
}

/** Whether a process of the group still runs. On Windows always false: there `signalGroup` ends the tree at once. */
export function groupLives(child: ChildProcess): boolean {
  if (child.pid === undefined || process.platform === 'win32') return false;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether the first process of the group has ended. The others may still run. */
export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function killTree(pid: number): Promise<void> {
  await new Promise((resolve) => execFile('taskkill', ['/pid', String(pid), '/T', '/F'], resolve));
}
