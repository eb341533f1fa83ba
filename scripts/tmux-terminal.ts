import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether this machine has tmux. */
export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A command in a tmux terminal of a given size. Disposing ends it. */
export class TmuxTerminal implements AsyncDisposable {
  // Use a separate tmux server, so that the user's sessions and settings stay out of it.
  readonly #server = `gridrun-${randomUUID()}`;

  private constructor() {}

  /** Starts the command. Its last screen stays after it has ended. */
  static async start(
    command: readonly string[],
    options: { cwd: string; columns: number; rows: number; env: Readonly<Record<string, string>> },
  ): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal();
    const { cwd, columns, rows, env } = options;
    const set = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    await terminal.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      String(rows),
      '-c',
      cwd,
      ...set,
      'sleep',
      '600',
    );
    await terminal.#tmux('set-option', '-g', 'status', 'off', ';', 'set-option', '-g', 'remain-on-exit', 'on');
    await terminal.#tmux(
      'respawn-pane',
      '-k',
      '-c',
      cwd,
      ...command
        .map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)
        .join(' ')
        .split('\n'),
    );
    return terminal;
  }

  /** The rows that the terminal shows. With the option to join, the rows of one wrapped line become one. */
  async screen({ joined = false } = {}): Promise<string[]> {
    const { stdout } = await this.#tmux('capture-pane', '-p', ...(joined ? ['-J'] : []));
    return stdout
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => line.trimEnd());
  }

  /** Presses keys by their tmux names, such as `C-c` or `Enter`. Types any other text as it is. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async hasEnded(): Promise<boolean> {
    const { stdout } = await this.#tmux('display-message', '-p', '#{pane_dead}');
    return stdout.trim() === '1';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => {});
  }

  async #tmux(...args: readonly string[]): Promise<{ stdout: string }> {
    return await run('tmux', ['-L', this.#server, ...args], { env: { ...process.env, TMUX: '' } });
  }
}
