import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { Workplace } from '../support/command.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

const STOP_MS = 20_000;

/** Addresses on a page that readers replace with their own, and what the test uses instead. */
export type Placeholders = Readonly<Record<string, string>>;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A reader who follows a page in an empty folder. `gridrun` and `npx gridrun` run this checkout. */
export class Reader implements AsyncDisposable {
  readonly place: Workplace;
  readonly #env: Readonly<Record<string, string>>;
  readonly #placeholders: Placeholders;
  readonly #running = new Set<ChildProcess>();

  private constructor(place: Workplace, env: Readonly<Record<string, string>>, placeholders: Placeholders) {
    this.place = place;
    const {
      CI: _ci,
      SELENIUM_REMOTE_URL: _grid,
      NODE_TEST_CONTEXT: _context,
      FORCE_COLOR: _color,
      GITHUB_STEP_SUMMARY: _summary,
      ...rest
    } = process.env as Record<string, string>;
    this.#env = { ...rest, PATH: `${place.folder}/bin${delimiter}${process.env['PATH'] ?? ''}`, ...env };
    this.#placeholders = placeholders;
  }

  /** @param files the files in the reader's folder at the start */
  static async with(
    files: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
    placeholders: Placeholders = {},
  ): Promise<Reader> {
    const inFolder = Object.entries(files).map(([path, text]) => [`project/${path}`, text]);
    const gridrun = `#!/bin/sh\nexec ${process.execPath} --conditions=gridrun-source ${MAIN} "$@"\n`;
    const programs = {
      'bin/gridrun': gridrun,
      'bin/npx': gridrun.replace('\n', '\nshift\n'),
      'bin/xdg-open': '#!/bin/sh\n',
      'project/.keep': '',
    };
    const place = await Workplace.with({ ...programs, ...(Object.fromEntries(inFolder) as Record<string, string>) });
    for (const name of ['gridrun', 'npx', 'xdg-open']) await chmod(join(place.folder, 'bin', name), 0o755);
    return new Reader(place, env, placeholders);
  }

  write(path: string, content: string): Promise<void> {
    return this.place.write(`project/${path}`, content);
  }

  /** Runs a command of a page until it ends. */
  async does(command: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return await this.#start(command, env).ended;
  }

  /** Starts a server, fetches the address that it prints, and stops it with Ctrl-C. */
  async serves(command: string): Promise<Ended & { readonly page: string }> {
    const { child, ended } = this.#start(command);
    const [first] = (await once(child.stdout!, 'data')) as [string];
    const page = await (await fetch(first.trim())).text();
    child.kill('SIGINT');
    return { ...(await ended), page };
  }

  #start(
    command: string,
    env: Readonly<Record<string, string>> = {},
  ): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const meant = Object.entries(this.#placeholders).reduce((text, [from, to]) => text.replaceAll(from, to), command);
    // exec replaces the shell with the command, so that a signal reaches it. It takes no variable before the command.
    const child = spawn('bash', ['-c', /[|;&]|^\w+=/.test(meant) ? meant : `exec ${meant}`], {
      cwd: join(this.place.folder, 'project'),
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = once(child, 'close').then(([code]) => {
      this.#running.delete(child);
      return { code: code as number | null, output };
    });
    return { child, ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Ask first, so that gridrun also stops what it has started. Kill it if it does not end.
    await Promise.all(
      [...this.#running].map(async (child) => {
        const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
        const ended = once(child, 'close');
        child.kill('SIGTERM');
        await ended;
        clearTimeout(kill);
      }),
    );
    await this.place[Symbol.asyncDispose]();
  }
}

/** The exit code that a page shows. gridrun prints it in its summary unless it is 0. */
export function shownExit(shown: readonly string[]): number {
  return Number(shown.map((line) => /^exit (\d+): /.exec(line)?.[1]).find(Boolean) ?? 0);
}

/** Asserts that the command printed every line that the page shows. Times may differ, and `…` stands for any text. */
export function assertPrinted(shown: readonly string[], output: string, command: string): void {
  const printed = output.split('\n').map(withoutTimes);
  for (const line of shown.filter((text) => text.trim() !== '' && text !== '…')) {
    const pattern = new RegExp(
      `^${withoutTimes(line)
        .split('…')
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*')}$`,
    );
    assert.ok(
      printed.some((text) => pattern.test(text)),
      `${command} did not print\n${line}\nbut\n${output}`,
    );
  }
}

function withoutTimes(line: string): string {
  return line.replaceAll(/(\d+ min )?\d+(\.\d+)? (ms|s|min)\b/g, '# s').trimEnd();
}
