import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RunEvent } from '../../src/core/event.ts';
import type { ResultsFile } from '../../src/results/results-json.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command: its output so far, and its end. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandResult>;
  /** Resolves when the journal has an event for which `is` returns true; rejects if the command ends first. */
  event(is: (event: RunEvent) => boolean): Promise<RunEvent>;
  /** Resolves when standard output has this text; rejects if the command ends without it. */
  printed(text: string): Promise<void>;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly nodeArgs?: readonly string[];
  /** A line of the shell that starts the command as `"$@"`, for limits, signals and redirections. */
  readonly shell?: string;
}

/** A folder with files, in which tests run gridrun as a user would. Disposing it ends its processes and removes it. */
export class Workplace implements AsyncDisposable {
  readonly folder: string;
  readonly #running = new Set<ChildProcess>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async with(files: Readonly<Record<string, string>>): Promise<Workplace> {
    const place = new Workplace(await mkdtemp(join(tmpdir(), 'gridrun-test-')));
    for (const [name, content] of Object.entries(files)) await place.write(name, content);
    return place;
  }

  async write(name: string, content: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { recursive: true });
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async results(out = 'gridrun-results'): Promise<ResultsFile> {
    return JSON.parse(await this.read(join(out, 'results.json'))) as ResultsFile;
  }

  async journal(out = 'gridrun-results'): Promise<RunEvent[]> {
    const text = await this.read(join(out, 'events.ndjson')).catch(() => '');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as RunEvent);
  }

  /** Resolves when the journal has an event for which `is` returns true; `alive` throws if none can come any more. */
  async event(is: (event: RunEvent) => boolean, alive: () => void = () => {}): Promise<RunEvent> {
    while (true) {
      const found = (await this.journal()).find(is);
      if (found !== undefined) return found;
      alive();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** `site id → verdict` of the last run. */
  async verdicts(out = 'gridrun-results'): Promise<Record<string, string>> {
    return Object.fromEntries((await this.results(out)).sites.map((site) => [site.id, site.verdict]));
  }

  /** Runs `gridrun` with these arguments to its end. */
  run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.start(args, options).ended;
  }

  start(args: readonly string[], options: CommandOptions = {}): RunningCommand {
    return this.#spawn([...(options.nodeArgs ?? []), MAIN, ...args], options);
  }

  /** Runs a program of the folder with Node to its end. */
  runNode(program: string): Promise<CommandResult> {
    return this.#spawn([program], {}).ended;
  }

  #spawn(args: readonly string[], options: CommandOptions): RunningCommand {
    const { shell } = options;
    const [program, given] =
      shell === undefined ? [process.execPath, args] : ['/bin/sh', ['-c', shell, 'sh', process.execPath, ...args]];
    const child = spawn(program, given, {
      cwd: this.folder,
      env: { ...withoutCi(process.env), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    child.stdin.end(options.stdin ?? '');
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
    const ended = once(child, 'close').then(([code]) => {
      this.#running.delete(child);
      return { code: code as number | null, ...printed };
    });
    const alive = (): void => {
      if (child.exitCode !== null)
        throw new Error(`gridrun ended with ${child.exitCode} before the event\n${printed.stderr}`);
    };
    const hasPrinted = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (printed.stdout.includes(text)) resolve();
        };
        look();
        child.stdout.on('data', look);
        void ended.then(() => reject(new Error(`gridrun ended and did not print ${text}\n${printed.stdout}`)));
      });
    return { process: child, ended, event: (is) => this.event(is, alive), printed: hasPrinted };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Tests ignore CI and the grid in the environment. */
function withoutCi(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { CI: _ci, SELENIUM_REMOTE_URL: _grid, NODE_TEST_CONTEXT: _context, FORCE_COLOR: _color, ...rest } = env;
  return rest;
}

/** Lists of sites on which the stub answers. */
export function siteList(...ids: readonly string[]): string {
  return JSON.stringify(ids.map((id) => ({ id, url: `https://${id}.example/` })));
}

/** A check file around the body of one test. */
export function checkFile(body: string, title = 'works'): string {
  return `
import assert from 'node:assert/strict';
import { attach, driver, signal, site } from 'gridrun/check';
it(${JSON.stringify(title)}, async function () {
${body}
});
`;
}
