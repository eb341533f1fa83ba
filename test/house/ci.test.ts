import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const CI_RUN = join(import.meta.dirname, '../../.ci/run');
const GOOD_COUNTS = "printf 'ℹ tests 5\\nℹ pass 4\\nℹ fail 0\\nℹ cancelled 0\\nℹ skipped 1\\n'";

interface Stubs {
  /** What `npm test`, `npm run check` and so on do, as the body of a shell script; $1 and $2 are npm's words. */
  readonly npm: string;
  readonly engineUp?: string;
  /** Does a Docker engine answer before anything is started? */
  readonly dockerAnswers?: boolean;
}

/** `.ci/run` in a folder where npm, docker and the engine are stubs that write down that they ran. */
class StubbedCi implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'gridrun-ci-'));

  constructor(stubs: Stubs) {
    for (const folder of ['.ci', 'scripts', 'bin', 'tmp']) mkdirSync(join(this.folder, folder));
    cpSync(CI_RUN, join(this.folder, '.ci/run'));
    for (const name of ['chromium', 'chromedriver', 'java', 'xmllint']) this.#script(`bin/${name}`, 'exit 0');
    this.#script('bin/docker', stubs.dockerAnswers === true ? 'exit 0' : 'exit 1');
    this.#script('bin/npm', stubs.npm);
    this.#script('scripts/engine', `if [ "$1" = up ]; then ${stubs.engineUp ?? 'echo unix:///nowhere'}; fi`);
  }

  #script(path: string, body: string): void {
    const text = `#!/bin/sh\necho "${path.split('/').at(-1)} $*" >>"${this.folder}/ran"\n${body}\n`;
    writeFileSync(join(this.folder, path), text);
    chmodSync(join(this.folder, path), 0o755);
  }

  start(): {
    readonly ended: Promise<{ code: number; lines: string[] }>;
    readonly signal: (name: NodeJS.Signals) => void;
  } {
    const { CI: _ci, DOCKER_HOST: _host, GRIDRUN_CI_LIMITED: _limited, ...env } = process.env;
    const child = spawn(join(this.folder, '.ci/run'), {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...env,
        PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
        GRIDRUN_ENGINE_DIR: join(this.folder, 'no-engine'),
        TMPDIR: join(this.folder, 'tmp'),
      },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = once(child, 'close').then(([code]) => ({
      code: code as number,
      lines: output.trimEnd().split('\n'),
    }));
    return { ended, signal: (name) => void child.kill(name) };
  }

  /** The commands that ran, in order. */
  ran(): string[] {
    const file = join(this.folder, 'ran');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const options = { skip: process.platform === 'linux' ? false : 'CI runs on Linux' };

test('installs, starts the engine, checks, tests, ends the engine, and says the counts last', options, async () => {
  using ci = new StubbedCi({ npm: `[ "$1" != test ] || { echo "CI=$CI DOCKER_HOST=$DOCKER_HOST"; ${GOOD_COUNTS}; }` });
  const { code, lines } = await ci.start().ended;
  assert.equal(lines.at(-1), '4 passed, 0 failed');
  assert.equal(code, 0);
  assert.ok(lines.includes('CI=true DOCKER_HOST=unix:///nowhere'), lines.join('\n'));
  assert.deepEqual(ci.ran(), [
    'npm ci',
    'docker info',
    'docker info',
    'engine up',
    'npm run check',
    'npm test',
    'engine down',
  ]);
});

test('an engine that answers already is used and not ended', options, async () => {
  using ci = new StubbedCi({ npm: `[ "$1" != test ] || ${GOOD_COUNTS}`, dockerAnswers: true });
  assert.equal((await ci.start().ended).code, 0);
  assert.deepEqual(
    ci.ran().filter((line) => line.startsWith('engine')),
    [],
  );
});

test('a test that fails, or is cut off, makes it fail', options, async () => {
  using ci = new StubbedCi({
    npm: '[ "$1" != test ] || { printf \'ℹ pass 3\\nℹ fail 1\\nℹ cancelled 1\\n\'; exit 1; }',
  });
  const { code, lines } = await ci.start().ended;
  assert.deepEqual([lines.at(-1), code], ['3 passed, 2 failed', 1]);
});

test('a check that fails is a failure, and the tests run all the same', options, async () => {
  using ci = new StubbedCi({ npm: `case "$1" in run) exit 1 ;; test) ${GOOD_COUNTS} ;; esac` });
  const { code, lines } = await ci.start().ended;
  assert.deepEqual([lines.at(-1), code], ['4 passed, 1 failed', 1]);
});

test('a runner that counts nothing did not pass', options, async () => {
  using ci = new StubbedCi({ npm: '[ "$1" != test ] || echo nothing' });
  const { code, lines } = await ci.start().ended;
  assert.deepEqual([lines.at(-1), code], ['0 passed, 0 failed', 1]);
});

test('without its packages it ends at once', options, async () => {
  using ci = new StubbedCi({ npm: '[ "$1" != ci ] || exit 1' });
  const { code, lines } = await ci.start().ended;
  assert.deepEqual([lines.at(-1), code], ['0 passed, 1 failed', 1]);
  assert.deepEqual(ci.ran(), ['npm ci']);
});

test('an engine that came up halfway is ended too', options, async () => {
  using ci = new StubbedCi({ npm: `[ "$1" != test ] || ${GOOD_COUNTS}`, engineUp: 'exit 1' });
  const { code, lines } = await ci.start().ended;
  assert.deepEqual([lines.at(-1), code], ['4 passed, 1 failed', 1]);
  assert.equal(ci.ran().at(-1), 'engine down');
});

test('stopped in the middle of the tests it still ends the engine', options, async () => {
  using ci = new StubbedCi({
    npm: '[ "$1" != test ] || { mkfifo "$TMPDIR/never"; : >"$TMPDIR/here"; read -r line <"$TMPDIR/never"; }',
  });
  const { ended, signal } = ci.start();
  while (!existsSync(join(ci.folder, 'tmp/here'))) await new Promise((resolve) => setImmediate(resolve));
  signal('SIGTERM');
  const { code, lines } = await ended;
  assert.equal(lines.at(-1), '0 passed, 1 failed');
  assert.notEqual(code, 0);
  assert.equal(ci.ran().at(-1), 'engine down');
});
