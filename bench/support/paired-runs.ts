import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../test/support/demo.ts';
import { ProcessTree } from './process-tree.ts';

const SAMPLE_EVERY_MS = 100;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Two ways to run one list. Each has a name and the flags that make it. */
export type Arms = readonly [Arm, Arm];
interface Arm {
  readonly name: string;
  readonly flags: readonly string[];
}

export interface PairedRunsOptions {
  readonly folder: string;
  readonly rounds: number;
  readonly sessions: string;
  readonly arms: Arms;
}

/** Compares two ways to run, in alternating order, so that other load on the machine affects both. */
export class PairedRuns {
  readonly #options: PairedRunsOptions;

  constructor(options: PairedRunsOptions) {
    this.#options = options;
  }

  printHead(): void {
    const [first, second] = this.#options.arms.map(({ name }) => name);
    const columns = ['wall', 'CPU'].map(
      (what) => `${what}, ${first} | ${what}, ${second} | ${what}, median of the rounds`,
    );
    console.log(`| list | rounds | ${columns.join(' | ')} |`);
    console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  }

  /** Runs the list `rounds` times both ways, and prints a line. Throws if a run does not pass. */
  async compare(name: string, args: readonly string[]): Promise<void> {
    const { arms, rounds } = this.#options;
    const costs: readonly [Cost[], Cost[]] = [[], []];
    // One run that does not count, so that the first reads from the disk are not measured.
    await this.#costOf([...args, ...arms[0].flags]);
    for (let round = 0; round < rounds; round++) {
      for (const arm of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
        costs[arm].push(await this.#costOf([...args, ...arms[arm].flags]));
    }
    const cells = (['wallMs', 'cpuMs'] as const).flatMap((what) => {
      const [first, second] = [costs[0], costs[1]].map((list) => list.map((cost) => cost[what]));
      const changes = second!.map((ms, round) => (ms / first![round]! - 1) * 100);
      return [
        seconds(first!),
        seconds(second!),
        `${percent(median(changes))} (${percent(Math.min(...changes))} to ${percent(Math.max(...changes))})`,
      ];
    });
    console.log(`| ${[name, rounds, ...cells].join(' | ')} |`);
  }

  async #costOf(args: readonly string[]): Promise<Cost> {
    const { folder, sessions } = this.#options;
    const out = await mkdtemp(join(folder, 'out-'));
    const startedAt = performance.now();
    const common = ['-j', sessions, '--out', out, '--reporter', 'dot'];
    const main = ['--conditions=gridrun-source', `${ROOT}src/cli/main.ts`, ...args, ...common];
    const gridrun = spawn(process.execPath, main, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    gridrun.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const tree = new ProcessTree(gridrun.pid ?? 0);
    const sampling = setInterval(() => tree.sampleCpu(), SAMPLE_EVERY_MS);
    const [code] = (await once(gridrun, 'close')) as [number];
    clearInterval(sampling);
    const wallMs = performance.now() - startedAt;
    if (code !== 0) throw new Error(`not everything passed, so that nothing can be compared: exit ${code}\n${printed}`);
    await rm(out, { recursive: true, force: true });
    return { wallMs, cpuMs: tree.cpuSeconds * 1000 };
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function seconds(numbers: readonly number[]): string {
  return `${(median(numbers) / 1000).toFixed(1)} s`;
}

function percent(number: number): string {
  return `${number < 0 ? '−' : '+'}${Math.abs(number).toFixed(1)} %`;
}
