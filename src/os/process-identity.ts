import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** One process among all that ever run: the system gives a pid to a new process when the old one has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The name of the machine. */
  readonly host: string;
  /** When the process started, in a form that is only good for comparing. Undefined or empty: the system does not tell. */
  readonly birth?: string | undefined;
}

let ownBirth: string | undefined;

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  ownBirth ??= birthOf(process.pid) ?? '';
  return { pid: process.pid, host: hostname(), birth: ownBirth || undefined };
}

/** Whether the process still runs. Returns true if this machine can't tell, as for a process of another machine. */
export function isAlive({ pid, host, birth }: ProcessIdentity): boolean {
  if (host !== hostname()) return true;
  // 0 and below name process groups, not a process.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  if (!birth) return true;
  const now = birthOf(pid);
  return now === undefined || now === birth;
}

function birthOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the command in brackets, which may hold anything. The start time is the 22nd field.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    } catch {
      return undefined;
    }
  }
  // Windows has no cheap way to ask: there a pid alone must do.
  if (process.platform === 'win32') return undefined;
  // macOS and the BSDs: the text depends on the caller's language and time zone, so both are fixed.
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}
