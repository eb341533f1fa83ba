import { readFileSync, readdirSync } from 'node:fs';

/** The memory that a process and all its descendants use. */
export interface TreeUse {
  readonly processCount: number;
  /** Resident memory in bytes. A page that several processes share counts once for each of them. */
  readonly residentBytes: number;
  /** Resident memory in bytes. A page that several processes share is divided among them. */
  readonly proportionalBytes: number;
  /** The bytes of each process, the root first. */
  readonly eachBytes: readonly number[];
}

const TICK_S = 0.01;

/** Measures a process tree from outside by reading /proc, which only Linux has. */
export class ProcessTree {
  readonly #rootPid: number;
  readonly #cpuSeconds = new Map<number, number>();
  peak: TreeUse = { processCount: 0, residentBytes: 0, proportionalBytes: 0, eachBytes: [] };

  constructor(rootPid: number) {
    if (process.platform !== 'linux') throw new Error('cannot measure process trees here: only Linux has /proc');
    this.#rootPid = rootPid;
  }

  /** CPU seconds of all processes seen so far, as of the last sample. */
  get cpuSeconds(): number {
    return [...this.#cpuSeconds.values()].reduce((sum, seconds) => sum + seconds, 0);
  }

  /** Samples the CPU time only, because reading the memory of a browser is slow. */
  sampleCpu(): void {
    for (const pid of this.#pids()) this.#readCpu(pid);
  }

  sample(): void {
    const pids = this.#pids();
    const memory = pids.map((pid) => this.#read(pid));
    const residentBytes = memory.reduce((sum, one) => sum + one.resident, 0);
    const proportionalBytes = memory.reduce((sum, one) => sum + one.proportional, 0);
    if (proportionalBytes > this.peak.proportionalBytes) {
      this.peak = {
        processCount: pids.length,
        residentBytes,
        proportionalBytes,
        eachBytes: memory.map((one) => one.proportional),
      };
    }
  }

  #pids(): number[] {
    const children = new Map<number, number[]>();
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const parent = Number(statOf(Number(name))?.[1]);
      if (Number.isFinite(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
    const found = [this.#rootPid];
    for (let at = 0; at < found.length; at++) found.push(...(children.get(found[at] ?? 0) ?? []));
    return found;
  }

  #readCpu(pid: number): void {
    const stat = statOf(pid);
    if (stat !== undefined) this.#cpuSeconds.set(pid, (Number(stat[11]) + Number(stat[12])) * TICK_S);
  }

  #read(pid: number): { resident: number; proportional: number } {
    this.#readCpu(pid);
    const rollup = textOf(`/proc/${pid}/smaps_rollup`);
    return { resident: kilobytesOf(rollup, 'Rss'), proportional: kilobytesOf(rollup, 'Pss') };
  }
}

/** The fields of /proc/PID/stat after the name of the command: state, parent, … */
function statOf(pid: number): string[] | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function kilobytesOf(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) * 1024;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
