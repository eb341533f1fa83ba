import { readFileSync, readdirSync } from 'node:fs';

/** The processes that were started with this folder in their environment or on their command line. Linux only. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => textOf(`/proc/${pid}/environ`).includes(folder) || textOf(`/proc/${pid}/cmdline`).includes(folder))
    .map((pid) => textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
    .filter((command) => command !== '');
}

/** The pids of the workers of a gridrun that runs. Linux only. */
export function workersOf(parent: number): number[] {
  const pids = textOf(`/proc/${parent}/task/${parent}/children`).trim().split(' ').filter(Boolean).map(Number);
  return pids.filter((pid) => textOf(`/proc/${pid}/cmdline`).includes('check/worker/main'));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
