import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Has a signal or a debugger stopped the process, so that it does not run? False if the system does not tell. */
export function isStopped(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  return /^[Tt]/.test(process.platform === 'linux' ? stateInProc(pid) : stateByPs(pid));
}

/** The state comes after the name, which may hold anything, in parentheses. */
function stateInProc(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2);
  } catch {
    return '';
  }
}

function stateByPs(pid: number): string {
  if (process.platform === 'win32') return '';
  const { stdout } = spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8', timeout: 1_000 });
  return stdout?.trim() ?? '';
}
