import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { TmuxTerminal, hasTmux } from '../../scripts/tmux-terminal.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile } from '../support/command.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** A project, the machines of a CI server, and the few programs that its jobs call. Browsers are a stub's. */
class FakeCi implements AsyncDisposable {
  readonly place: Workplace;
  readonly #env: Record<string, string>;
  #count = 0;

  private constructor(place: Workplace, gridUrl: string) {
    this.place = place;
    const {
      CI: _ci,
      NODE_TEST_CONTEXT: _context,
      GITHUB_STEP_SUMMARY: _summary,
      ...env
    } = process.env as Record<string, string>;
    this.#env = {
      ...env,
      PATH: `${place.folder}/bin${delimiter}${process.env['PATH'] ?? ''}`,
      SELENIUM_REMOTE_URL: gridUrl,
      CI: 'true',
    };
    this.#program(
      'npx',
      `while [ "\${1#--yes}" != "$1" ] || [ "\${1#gridrun}" != "$1" ]; do shift; done\nexec ${process.execPath} ${MAIN} "$@"`,
    );
    for (const name of ['apt-get', 'npm']) this.#program(name, 'exit 0');
    this.#program('gh', `echo "$@" > ${place.folder}/gh.txt`);
  }

  static async init(gridUrl: string, ci: string, files: Readonly<Record<string, string>> = {}): Promise<FakeCi> {
    const place = await Workplace.with(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`project/${name}`, text])),
    );
    mkdirSync(join(place.folder, 'project'), { recursive: true });
    const fake = new FakeCi(place, gridUrl);
    const { code, output } = await fake.shell(
      ['npx gridrun init --yes --ci ' + ci + ' --shards 2'],
      join(place.folder, 'project'),
    );
    assert.equal(code, 0, output);
    return fake;
  }

  /** The CI file as YAML. */
  yaml<T>(path: string): T {
    return parse(this.text(path)) as T;
  }

  text(path: string): string {
    return readFileSync(join(this.place.folder, 'project', path), 'utf8');
  }

  /** A machine of its own with the project on it. */
  machine(): string {
    const folder = join(this.place.folder, `machine-${++this.#count}`);
    cpSync(join(this.place.folder, 'project'), folder, { recursive: true });
    return folder;
  }

  /** Runs the commands of a job in one shell, as CI servers do: the first that fails ends it. */
  async shell(
    commands: readonly string[],
    cwd: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; output: string }> {
    const child = spawn('bash', ['-eo', 'pipefail', '-c', commands.join('\n')], {
      cwd,
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  }

  /** What the merge says: both sites have passed, and the history is beside the reports. */
  passed(folder: string, { code, output }: { code: number; output: string }): void {
    assert.equal(code, 0, output);
    assert.match(output, /2 sites: 2 passed/);
    for (const file of ['junit.xml', 'results.json', 'history.sqlite'])
      assert.ok(existsSync(join(folder, 'gridrun-results', file)), file);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.place[Symbol.asyncDispose]();
  }

  #program(name: string, text: string): void {
    const path = join(this.place.folder, 'bin', name);
    mkdirSync(join(this.place.folder, 'bin'), { recursive: true });
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
  readonly with?: Record<string, string>;
  readonly if?: string;
}
interface Workflow {
  readonly jobs: {
    readonly shard: { readonly strategy: { readonly matrix: { readonly shard: number[] } }; readonly steps: Step[] };
    readonly merge: { readonly needs: string; readonly steps: Step[] };
  };
}

/** One job of a workflow of GitHub, with its artifacts in the place's folder. */
async function githubJob(
  ci: FakeCi,
  steps: readonly Step[],
  words: Readonly<Record<string, string>>,
): Promise<{ folder: string; code: number; output: string }> {
  const folder = ci.machine();
  const artifacts = join(ci.place.folder, 'artifacts');
  const filled = (text = ''): string =>
    text.replaceAll(/\$\{\{ ([^}]+) \}\}/g, (_, name: string) => words[name] ?? `<${name}>`);
  let [code, output] = [0, ''];
  for (const step of steps) {
    if (code !== 0 && !(step.if ?? '').includes('always()')) continue;
    if (step.uses?.startsWith('actions/upload-artifact') === true) {
      cpSync(join(folder, filled(step.with?.['path'])), join(artifacts, filled(step.with?.['name'])), {
        recursive: true,
      });
    } else if (step.uses?.startsWith('actions/download-artifact') === true) {
      assert.equal(step.with?.['pattern'], 'shard-*');
      cpSync(artifacts, join(folder, step.with['path'] ?? ''), { recursive: true });
    } else if (step.run !== undefined) {
      const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value)]));
      const done = await ci.shell([filled(step.run)], folder, {
        ...env,
        GITHUB_STEP_SUMMARY: join(ci.place.folder, 'summary.md'),
        GITHUB_ACTIONS: 'true',
      });
      output += done.output;
      code ||= done.code;
    }
  }
  return { folder, code, output };
}

test('github: shards, a merge that tells what failed, a summary and a comment; what was there is left alone', async () => {
  await using stub = await startStub();
  const own = checkFile("await driver.get(site.url); assert.notEqual(site.id, 'example_org', 'no button');");
  await using ci = await FakeCi.init(stub.url, 'github', { 'checks/page.check.ts': own });
  assert.equal(ci.text('checks/page.check.ts'), own);
  const { jobs } = ci.yaml<Workflow>('.github/workflows/gridrun.yml');
  assert.deepEqual(jobs.shard.strategy.matrix.shard, [1, 2]);
  for (const shard of jobs.shard.strategy.matrix.shard) {
    const { code, output } = await githubJob(ci, jobs.shard.steps, { 'matrix.shard': String(shard) });
    assert.equal(code, 0, output);
  }
  const { folder, code, output } = await githubJob(ci, jobs.merge.steps, {
    'github.event.number': '7',
    'github.token': 't',
  });
  assert.equal(code, 1, output);
  assert.match(output, /::error file=checks\/page\.check\.ts,line=\d+,title=works%3A 1 site::no button/);
  assert.match(readFileSync(join(ci.place.folder, 'summary.md'), 'utf8'), /What broke: 1 cause/);
  assert.match(
    readFileSync(join(ci.place.folder, 'gh.txt'), 'utf8'),
    /^pr comment 7 .*--body-file gridrun-results\/summary\.md/,
  );
  assert.ok(existsSync(join(folder, 'gridrun-results/summary.md')));
  assert.ok(existsSync(join(folder, 'gridrun-results/history.sqlite')));
});

test('gitlab: a shard that died is named by the merge; the comment goes to the merge request', async (t) => {
  interface Job {
    readonly parallel: number;
    readonly script: string[];
    readonly after_script: string[];
    readonly artifacts: { readonly paths: string[]; readonly reports: { readonly junit: string } };
  }
  await using stub = await startStub();
  await using ci = await FakeCi.init(stub.url, 'gitlab');
  const { shard, merge } = ci.yaml<{ shard: Job; merge: Job }>('.gitlab-ci.yml');
  const machine = ci.machine();
  for (const index of [1, 2]) {
    const own = ci.machine();
    const { code, output } = await ci.shell(shard.script, own, {
      CI_NODE_INDEX: String(index),
      CI_NODE_TOTAL: String(shard.parallel),
    });
    assert.equal(code, 0, output);
    cpSync(join(own, 'shards'), join(machine, 'shards'), { recursive: true });
  }
  ci.passed(machine, await ci.shell(merge.script, machine));
  assert.equal(merge.artifacts.reports.junit, 'gridrun-results/junit*.xml');
  const said: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) =>
      said.push(`${request.method} ${request.url} ${String(request.headers['private-token'])} ${chunk.toString()}`),
    );
    request.on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const comment = await ci.shell(merge.after_script, machine, {
    GRIDRUN_GITLAB_TOKEN: 'secret',
    CI_MERGE_REQUEST_IID: '7',
    CI_API_V4_URL: api,
    CI_PROJECT_ID: '3',
  });
  assert.equal(comment.code, 0, comment.output);
  assert.match(said.join(''), /^POST \/projects\/3\/merge_requests\/7\/notes secret [^]*## gridrun: all passed/);
  const lonely = ci.machine();
  cpSync(join(machine, 'shards/1'), join(lonely, 'shards/1'), { recursive: true });
  const lost = await ci.shell(merge.script, lonely);
  assert.equal(lost.code, 3);
  assert.match(lost.output, /shard 2\/2 is missing/);
});

test('circleci: counts from 0, and the workspace brings the shards together', async () => {
  type CircleStep = string | { readonly run?: string; readonly persist_to_workspace?: { readonly paths: string[] } };
  await using stub = await startStub();
  await using ci = await FakeCi.init(stub.url, 'circleci');
  const { jobs } = ci.yaml<{ jobs: Record<'shard' | 'merge', { parallelism: number; steps: CircleStep[] }> }>(
    '.circleci/config.yml',
  );
  const runs = (steps: readonly CircleStep[]): string[] =>
    steps.flatMap((step) => (typeof step === 'string' ? [] : (step.run ?? [])));
  const machine = ci.machine();
  for (const index of [0, 1]) {
    const own = ci.machine();
    const { code, output } = await ci.shell(runs(jobs.shard.steps), own, {
      CIRCLE_NODE_INDEX: String(index),
      CIRCLE_NODE_TOTAL: String(jobs.shard.parallelism),
    });
    assert.equal(code, 0, output);
    cpSync(join(own, 'shards'), join(machine, 'shards'), { recursive: true });
  }
  ci.passed(machine, await ci.shell(runs(jobs.merge.steps), machine));
});

test('drone: steps side by side in one workspace, and the history on a volume', async () => {
  interface DroneStep {
    readonly name: string;
    readonly commands: string[];
    readonly environment?: Record<string, string>;
    readonly depends_on: string[];
  }
  await using stub = await startStub();
  await using ci = await FakeCi.init(stub.url, 'drone');
  const { steps } = ci.yaml<{ steps: DroneStep[] }>('.drone.yml');
  const workspace = ci.machine();
  const merge = steps.at(-1);
  assert.deepEqual(merge?.depends_on, ['shard-1', 'shard-2']);
  for (const { commands } of steps.slice(0, -1)) {
    const { code, output } = await ci.shell(commands, workspace);
    assert.equal(code, 0, output);
  }
  ci.passed(workspace, await ci.shell(merge.commands, workspace, merge.environment));
  assert.ok(existsSync(join(workspace, '.gridrun-history/history.sqlite')));
});

test('jenkins: the commands of its stages, and its braces are whole', async () => {
  await using stub = await startStub();
  await using ci = await FakeCi.init(stub.url, 'jenkins');
  const text = ci.text('Jenkinsfile');
  assert.equal(text.split('{').length, text.split('}').length);
  const [shards = '', merge = ''] = text.split("stage('merge')");
  const commands = (part: string): string[] =>
    [...part.matchAll(/\bsh '([^']+)'/g)].map(([, command]) => command ?? '');
  const stash = join(ci.place.folder, 'stash');
  for (const shard of ['1', '2']) {
    const own = ci.machine();
    const { code, output } = await ci.shell(commands(shards), own, { SHARD: shard });
    assert.equal(code, 0, output);
    cpSync(join(own, 'shards'), stash, { recursive: true });
  }
  const machine = ci.machine();
  const [first = '', ...rest] = commands(merge);
  await ci.shell([first], machine);
  cpSync(stash, join(machine, 'shards'), { recursive: true });
  ci.passed(machine, await ci.shell(rest, machine));
});

test('run again, it changes nothing; a project with a package.json uses its own gridrun; wrong answers are exit 2', async () => {
  await using place = await Workplace.with({ 'package.json': '{}' });
  const first = await place.run(['init', '--yes', '--ci', 'github', '--sites', 'https://a.example/login, b.example']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /wrote \.github\/workflows\/gridrun\.yml/);
  assert.deepEqual(JSON.parse(await place.read('sites.json')), ['https://a.example/login', 'b.example']);
  const workflow = await place.read('.github/workflows/gridrun.yml');
  assert.match(workflow, /- run: npm ci\n\s+#.*\n\s+- run: npx gridrun --shard/);
  const again = await place.run(['init', '--ci', 'github', '--shards', '9']);
  assert.deepEqual([again.code, await place.read('.github/workflows/gridrun.yml')], [0, workflow]);
  assert.match(again.stdout, /left sites\.json as it was/);
  for (const wrong of [
    ['--ci', 'travis'],
    ['--shards', '0'],
    ['--grid', 'https://u:secret@hub'],
    ['--sites', 'http://'],
  ]) {
    const { code, stderr } = await place.run(['init', '--yes', ...wrong]);
    assert.equal(code, 2);
    assert.doesNotMatch(stderr, /secret/);
  }
});

test('what it writes runs in a project of `npm init`, whose type is commonjs', async () => {
  await using stub = await startStub({ pages: { title: () => 'a page' } });
  await using place = await Workplace.with({ 'package.json': '{ "type": "commonjs" }' });
  assert.equal((await place.run(['init', '--yes', '--sites', 'a.example'])).code, 0);
  const { code, stdout, stderr } = await place.run(['--grid', stub.url]);
  assert.deepEqual([code, stderr], [0, ''], stdout);
});

test(
  'on a terminal it asks for what no flag has said; who leaves has nothing written',
  { skip: hasTmux() ? false : 'needs tmux' },
  async () => {
    await using place = await Workplace.with({});
    const start = (): Promise<TmuxTerminal> =>
      TmuxTerminal.start([process.execPath, MAIN, 'init', '--grid', 'local'], {
        cwd: place.folder,
        columns: 100,
        rows: 24,
        env: {},
      });
    const asked = async (terminal: TmuxTerminal, what: RegExp): Promise<void> => {
      while (!what.test((await terminal.screen()).join('\n'))) {
        assert.equal(await terminal.hasEnded(), false, (await terminal.screen()).join('\n'));
        await pause(50);
      }
    };
    {
      await using terminal = await start();
      await asked(terminal, /Which sites/);
      await terminal.press('C-c');
      await asked(terminal, /interrupted: nothing was written/);
      assert.equal(existsSync(join(place.folder, 'sites.json')), false);
    }
    await using terminal = await start();
    await asked(terminal, /Which sites.*\[example\.com,example\.org\]/);
    await terminal.press('a.example', 'Enter');
    await asked(terminal, /Which CI/);
    await terminal.press('gitlab', 'Enter');
    await asked(terminal, /How many parallel jobs.*\[4\]/);
    await terminal.press('Enter');
    while (!(await terminal.hasEnded())) await pause(50);
    assert.deepEqual(JSON.parse(await place.read('sites.json')), ['a.example']);
    assert.match(await place.read('.gitlab-ci.yml'), /parallel: 4/);
  },
);
