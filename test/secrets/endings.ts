import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StubFault, StubRequest } from '../stub/webdriver-stub.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import type { StubSession } from '../stub/stub-grid.ts';
import { Workplace, type CommandResult, type RunningCommand } from '../support/command.ts';
import { CANARIES, leaks } from './canaries.ts';

const { env, header } = CANARIES;
const TOKEN = CANARIES['url token'];

/** Shows every secret in every way that a check has, and then ends as the environment says. */
const CHECK = `
import assert from 'node:assert/strict';
import { writeSync } from 'node:fs';
import { By, Key } from 'selenium-webdriver';
import { attach, driver, site } from 'gridrun/check';
const pause = () => new Promise(() => {});
const ENDINGS = {
  pass() {},
  fail(all) { assert.equal(all, 'x'); },
  cause(all) { throw new Error('outer', { cause: new AggregateError([new Error(all)], all) }); },
  text(all) { throw all; },
  late(all) { setTimeout(() => { throw new Error(all); }, 5); },
  pause: (all) => { console.log('waiting', all); return pause(); },
  async lost(all) { console.log(all); await driver.get('https://lost.example/'); },
  crash() { process.kill(process.pid, 'SIGSEGV'); return pause(); },
  loop() { for (;;); },
};
it('signs in @login', async () => {
  await driver.get(site.url + '?access_token=${TOKEN}');
  const field = await driver.findElement(By.css('#password'));
  await field.sendKeys('${CANARIES['typed password']}', Key.ENTER);
  const typed = await field.getProperty('value');
  await field.clear();
  await driver.actions().click(field).sendKeys('${CANARIES['typed by actions']}').perform();
  const all = [site.env.HARBOUR, typed, await field.getProperty('value'), await driver.getCurrentUrl()].join(' | ');
  console.log('console', all);
  console.error('%o', { all });
  process.stdout.write('write ' + all + '\\n');
  writeSync(1, 'native ' + all + '\\n');
  await attach('file ' + all, all);
  await attach('value', { all, [all]: [all] });
  await ENDINGS[site.data.ending ?? process.env.ENDING](all);
});
it('passes', async () => { console.log(await driver.getTitle()); });
`;

/** What a page of the stub shows: what was typed, its URL, and what it logs and requests. */
const pages = {
  source: ({ typed, url }: StubSession): string =>
    `<p>${typed.get('#password')}</p><input type="password" value="${typed.get('#password')}"><a href="${url}">x</a>`,
  title: ({ typed }: StubSession): string => `Title ${typed.get('#password')}`,
};

function bidiEvents({ url, typed }: StubSession): { method: string; params: object }[] {
  const headers = [
    { name: 'X-Api-Key', value: { type: 'string', value: header } },
    { name: 'Authorization', value: { type: 'string', value: `Bearer ${header}` } },
    { name: 'Referer', value: { type: 'string', value: url } },
  ];
  const [timestamp, nulls] = [1e12, { headersSize: null, bodySize: null }];
  const timings = Object.fromEntries(
    'dnsStart dnsEnd connectStart connectEnd tlsStart requestStart responseStart responseEnd'
      .split(' ')
      .map((at) => [at, 0]),
  );
  const request = { method: 'GET', url, headers, timings, ...nulls };
  const response = {
    url,
    headers,
    protocol: 'h2',
    status: 200,
    statusText: '',
    fromCache: false,
    mimeType: 'text/html',
    bytesReceived: 0,
    content: { size: 0 },
    ...nulls,
  };
  const text = `X-Api-Key: ${header} ${url} ${typed.get('#password')}`;
  return [
    { method: 'log.entryAdded', params: { type: 'console', level: 'info', text, timestamp } },
    { method: 'network.responseCompleted', params: { timestamp, request, response } },
  ];
}

function faults({ command, body }: StubRequest): StubFault | undefined {
  return command === 'POST url' && body['url'] === 'https://lost.example/' ? 'kill-session' : undefined;
}

interface Stage {
  readonly place: Workplace;
  /** The URL of the grid, with its password. */
  readonly grid: string;
  /** Runs gridrun with the list and the suite. The check ends as told; what is printed is kept. */
  run(ending: string, ...args: string[]): Promise<CommandResult>;
  start(ending: string, ...args: string[]): RunningCommand;
  /** Runs gridrun in a shell that limits it. */
  limited(shell: string, ending: string, ...args: string[]): Promise<CommandResult>;
  /** Runs another command of gridrun. */
  command(...args: string[]): Promise<CommandResult>;
}

const isTyped = (event: { type: string; text?: string }): boolean =>
  event.type === 'check-output' && event.text?.includes('waiting') === true;

async function stopped(stage: Stage, signal: NodeJS.Signals): Promise<number | null> {
  const running = stage.start('pause');
  await running.event(isTyped);
  running.process.kill(signal);
  if (signal !== 'SIGKILL') {
    await running.event(({ type }) => type === 'run-stopping');
    running.process.kill(signal);
  }
  return (await running.ended).code;
}

/** The ways in which a run can end. Each returns exit codes, to show that it ended so. */
export const ENDINGS: Readonly<Record<string, (stage: Stage) => Promise<(number | null)[]>>> = {
  passed: async ({ run }) => [(await run('pass', '--evidence', 'all', '--trace')).code],
  failed: async ({ run }) => [(await run('fail')).code, (await run('cause')).code, (await run('text')).code],
  'failed late': async ({ run }) => [(await run('late')).code],
  'timed out': async ({ run }) => [
    (await run('pause', '--timeout', '2000')).code,
    (await run('pause', '--site-timeout', '4000')).code,
  ],
  'session lost': async ({ run }) => [(await run('lost', '--infra-retries', '1')).code],
  SIGINT: async (stage) => [await stopped(stage, 'SIGINT')],
  SIGTERM: async (stage) => [await stopped(stage, 'SIGTERM')],
  'kill -9 and resume': async (stage) => [await stopped(stage, 'SIGKILL'), (await stage.run('fail', '--resume')).code],
  'disk full': async ({ limited }) => [(await limited('ulimit -f 24; exec "$@"', 'fail')).code],
  merge: async ({ run, command }) => [
    (await run('fail', '--shard', '1/2', '--out', 'one')).code,
    (await run('fail', '--shard', '2/2', '--out', 'two')).code,
    (await command('merge-reports', 'one', 'two', '--out', 'gridrun-results')).code,
    (await command('compare', 'gridrun-results', 'gridrun-results')).code,
  ],
  'last failed': async ({ run, command }) => [
    (await run('fail')).code,
    (await run('fail', '--last-failed')).code,
    (await command('history', 'a')).code,
  ],
  'grid away': async ({ run, grid, command }) => [
    (await run('fail', '--grid', grid.replace(/@.*/, '@127.0.0.1:1'))).code,
    (await run('fail', '--grid', grid.replace(/:[^:@]*@/, `:${CANARIES['grid password']}-wrong@`))).code,
    (await command('doctor', '--grid', grid.replace(/@.*/, '@127.0.0.1:1'))).code,
  ],
  'crash of a check': async ({ run }) => [(await run('crash', '--infra-retries', '0')).code],
  'endless loop': async ({ run }) => [(await run('loop')).code],
  'bad input': async ({ place, run, command, grid }) => {
    const codes = [(await run('fail', '--nonsense')).code];
    await place.write('bad.check.mjs', `throw new Error('cannot load with ' + process.env.HARBOUR);`);
    codes.push((await run('fail', 'bad.check.mjs')).code);
    await place.write(
      'gridrun.config.mjs',
      `export default { retries: 'many', grid: 'ftp:${grid.replace(/^http:/, '')}' };`,
    );
    return [...codes, (await run('fail')).code, (await command('--sites', 'sites.json')).code];
  },
};

/** The codes that each ending may give. */
const CODES: Readonly<Record<string, readonly (number | null)[]>> = {
  passed: [0],
  failed: [1, 1, 1],
  'failed late': [1],
  'timed out': [1, 3],
  'session lost': [3],
  SIGINT: [130],
  SIGTERM: [130],
  'kill -9 and resume': [null, 1],
  'disk full': [4],
  merge: [1, 0, 1, 0],
  'last failed': [1, 1, 0],
  'grid away': [3, 2, 1],
  'crash of a check': [3],
  'endless loop': [1],
  'bad input': [2, 2, 2, 2],
};

/** Makes a test of each ending: nothing that it writes or prints holds a secret. */
export function testEndings(names: readonly string[]): void {
  for (const name of names)
    test(`no output holds a secret: ${name}`, async () => {
      const password = CANARIES['grid password'];
      await using stub = await startStub({ bidi: true, auth: `ada:${password}`, pages, bidiEvents, faults });
      await using place = await Workplace.with({
        'sites.json': JSON.stringify(
          ['a', 'b', 'c'].map((id) => ({
            id,
            url: `https://${id}.example/`,
            env: ['HARBOUR'],
            data: id === 'a' ? {} : { ending: 'pass' },
          })),
        ),
        'x.check.mjs': CHECK,
      });
      const [outside, temporary] = ['outside', 'temporary'].map((folder) => join(place.folder, folder));
      await Promise.all([outside!, temporary!].map((folder) => mkdir(folder)));
      const printed: string[] = [];
      const stage = stageOf(place, stub.url.replace('//', `//ada:${password}@`), printed);
      assert.deepEqual(await ENDINGS[name]!(stage), CODES[name]);
      assert.notEqual(printed.join(''), '');
      const results = ['gridrun-results', 'one', 'two'].map((folder) => join(place.folder, folder));
      assert.deepEqual(await leaks(printed, [...results, outside!, temporary!]), []);
    });
}

function stageOf(place: Workplace, grid: string, printed: string[]): Stage {
  const kept = (running: RunningCommand): RunningCommand => {
    const ended = running.ended.then((result) => {
      printed.push(result.stdout, result.stderr);
      return result;
    });
    return { ...running, ended };
  };
  const start = (ending: string, args: readonly string[], shell?: string): RunningCommand => {
    const hasCheck = args.some((arg) => arg.endsWith('.mjs'));
    const hasGrid = args.includes('--grid');
    const all = [
      ...(hasCheck ? [] : ['x.check.mjs']),
      '--sites',
      'sites.json',
      '-j',
      '2',
      '--reporter',
      'list',
      '--reporter',
      'junit',
      '--reporter',
      'html',
      '--reporter',
      'json',
      '--reporter',
      'ctrf',
      '--reporter',
      'github',
      ...(hasGrid ? [] : ['--grid', grid]),
      ...args,
    ];
    const environment = {
      HARBOUR: env,
      ENDING: ending,
      TMPDIR: join(place.folder, 'temporary'),
      GITHUB_STEP_SUMMARY: join(place.folder, 'outside/summary.md'),
      GRIDRUN_DEBUG: 'protocol',
    };
    return kept(place.start(all, { env: environment, ...(shell === undefined ? {} : { shell }) }));
  };
  return {
    place,
    grid,
    start: (ending, ...args) => start(ending, args),
    run: (ending, ...args) => start(ending, args).ended,
    limited: (shell, ending, ...args) => start(ending, args, shell).ended,
    command: (...args) => kept(place.start(args)).ended,
  };
}
