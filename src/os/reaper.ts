import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** Programs that start gridrun, as npx does, and only reap the processes that they started themselves. */
const NO_REAPERS = new Set(['node', 'nodejs', 'bun', 'deno']);

/**
 * The program that is PID 1, if it is gridrun or has started gridrun, and does not reap: processes that lose their parent,
 * such as helpers of a browser, then stay as zombies. Undefined if that is not so or not known, and on other systems than
 * Linux.
 */
export async function idleInit(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  if (process.pid === 1) return 'gridrun';
  // A /proc of other processes says nothing about this one.
  const self = await readlink('/proc/self').catch(() => '');
  if (self !== String(process.pid) || !(await descendsFromInit(process.ppid))) return undefined;
  const program = basename(await readlink('/proc/1/exe').catch(() => ''));
  return NO_REAPERS.has(program) ? program : undefined;
}

async function descendsFromInit(pid: number): Promise<boolean> {
  for (let at = pid; at > 0;) {
    if (at === 1) return true;
    const status = await readFile(`/proc/${at}/status`, 'utf8').catch(() => '');
    at = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return false;
}
