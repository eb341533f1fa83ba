import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether there is a tmux on this machine. */
export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A command in a terminal of tmux's, of a size of its own. Ended when disposed. */
export class TmuxTerminal implements AsyncDisposable {
  // A server of our own: nobody's sessions are touched, and nobody's settings are read.
  readonly #server = `gridrun-${randomUUID()}`;

  private constructor() {}

  /** Starts the command; its last screen stays when it has ended. */
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

  /** What the terminal shows, row by row; rows that one line takes up are joined where asked for. */
  async screen({ joined = false } = {}): Promise<string[]> {
    const { stdout } = await this.#tmux('capture-pane', '-p', ...(joined ? ['-J'] : []));
    return stdout
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => line.trimEnd());
  }

  /** Presses keys by tmux's names for them: `C-c`, `Enter`; a text is typed as it is. */
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
