import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);
const LOOK_EVERY_MS = 50;
const MAX_LOOKS = 40;
const MAX_TABLE_BYTES = 64 * 1024 * 1024;

/** Returns the pids of the processes whose command line names a file in this folder, without this process. */
export async function processesNaming(folder: string): Promise<number[]> {
  const table = process.platform === 'linux' ? await procTable() : await listedTable();
  return table.filter(({ pid, command }) => pid !== process.pid && namesFolder(command, folder)).map(({ pid }) => pid);
}

/**
 * Ends each process that names the folder, and waits until none is left, for 2 s at most: a browser may just have started one
 * more, and its crash handler, which has a process group of its own, outlives it for a moment.
 */
export async function endProcessesNaming(folder: string): Promise<void> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const pids = await processesNaming(folder);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await pause(LOOK_EVERY_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
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

/** macOS, the BSDs and Windows have no /proc: a program of the system lists the processes. */
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
  const { stdout } = await execFileAsync(program, args, { maxBuffer: MAX_TABLE_BYTES }).catch(() => ({ stdout: '' }));
  return stdout
    .split('\n')
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line }))
    .filter(({ pid }) => pid > 0);
}
