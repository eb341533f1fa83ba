import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);
const MAX_TABLE_BYTES = 64 * 1024 * 1024;

/** Returns the pids of the processes whose command line names a file in this folder, without this process. */
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
