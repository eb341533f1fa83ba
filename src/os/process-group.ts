import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** Starts a shell command as a group of its own, so that all it starts can be ended with it. */
export function startGroup(command: string, options: SpawnOptions): ChildProcess {
  return spawn(command, { ...options, shell: true, detached: process.platform !== 'win32' });
}

/** Ends the group; a process that is gone already is no error. */
export function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Is anything of the group still there? What taskkill ends is gone at once. */
export function groupLives(child: ChildProcess): boolean {
  if (child.pid === undefined || process.platform === 'win32') return false;
  try {
    process.kill(-child.pid, 0);
    return true;
  } catch {
    return false;
  }
}
