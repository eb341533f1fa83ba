import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/**
 * When a process was started, in the words of its system: with the pid it tells a process from a later one that
 * got the same pid. Undefined where there is no such process, or the system does not tell.
 */
export async function birthOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The second field is the command in brackets, which may hold anything; the start time is the 22nd.
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  }
  if (process.platform === 'win32') return undefined;
  const { stdout } = await execFileAsync('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}

/** Whether the process that had this pid and birth is still there; where that can't be told, it is. */
export async function isAlive(pid: number, birth: string | undefined): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = await birthOf(pid);
  return birth === undefined || now === undefined || now === birth;
}

/** The pids of the processes whose command line names this folder or a file in it; never our own. */
export async function processesNaming(folder: string): Promise<number[]> {
  const table = process.platform === 'linux' ? await procTable() : await listedTable();
  return table.filter(({ pid, command }) => pid !== process.pid && namesFolder(command, folder)).map(({ pid }) => pid);
}

interface Row {
  readonly pid: number;
  readonly command: string;
}

function namesFolder(command: string, folder: string): boolean {
  return command.includes(`${folder}/`) || command.includes(`${folder}\\`);
}

async function procTable(): Promise<Row[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return await Promise.all(
    pids.map(async (pid) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })),
  );
}

async function listedTable(): Promise<Row[]> {
  const [program, ...args] =
    process.platform === 'win32'
      ? [
          'powershell',
          '-NoProfile',
          '-Command',
          'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }',
        ]
      : ['ps', '-axww', '-o', 'pid=,command='];
  const { stdout } = await execFileAsync(program, args, { maxBuffer: 64 * 1024 * 1024 }).catch(() => ({ stdout: '' }));
  return stdout
    .split('\n')
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line }))
    .filter(({ pid }) => pid > 0);
}
