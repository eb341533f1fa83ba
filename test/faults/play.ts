import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { blamedBy, type ErrorCode } from '../../src/core/error-codes.ts';
import type { Attempt } from '../../src/core/attempt.ts';
import type { ResultsFile, SiteResult } from '../../src/results/results-json.ts';
import { Workplace, type CommandResult, type RunningCommand } from '../support/command.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { killChrome } from '../support/chrome-processes.ts';
import { processesOf } from '../support/left-behind.ts';
import type { Ending } from './expected.ts';
import { stubGrid, realGrid } from './grids.ts';
import { LIMITS, NEIGHBORS, type GridUnderTest, type Scene, type Stage, type Victim } from './scene.ts';

/** What came of one fault, beside what must come of it. */
export interface Row {
  readonly scene: Scene;
  readonly fault: string;
  readonly expected: Ending;
  readonly came: Required<Ending>;
  /** The longest attempt at the site; of a run without one, the time of the run. */
  readonly longestMs: number;
  readonly limitMs: number;
  readonly sessions: number;
  readonly processes: number;
  readonly folders: number;
  /** How many neighbors are as they must be. */
  readonly neighbors: number;
  /** Everything that is not as it must be. Empty if the row is right. */
  readonly wrong: readonly string[];
}

/** The Selenium Grid that scenes share. It is started when the first one needs it. */
export class SharedGrid implements AsyncDisposable {
  #grid: Promise<GridUnderTest> | undefined;

  get(): Promise<GridUnderTest> {
    return (this.#grid ??= realGrid());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#grid)?.[Symbol.asyncDispose]();
  }
}

const PAGE =
  '<!doctype html><html><head><title>Shop</title></head><body><h1>Welcome</h1><input name=user></body></html>';

/** Each site looks at its page; `bad` does what the scene wants then. */
function suiteOf({ check = '' }: Scene, harmUrl: string): string {
  return `
import assert from 'node:assert/strict';
import { attach, driver, signal, site } from 'gridrun/check';
async function harm() {
  const capabilities = await driver.getCapabilities();
  const victim = {
    sessionId: (await driver.getSession()).getId(),
    profile: capabilities.get('chrome')?.userDataDir ?? '',
    worker: process.pid,
  };
  await fetch(${JSON.stringify(harmUrl)}, { method: 'POST', body: JSON.stringify(victim) });
}
it('works', async function () {
  await driver.get(site.url);
  await driver.findElement({ css: 'h1' });
  if (site.id === 'bad') {
${check}
  }
  await driver.getTitle();
});
`;
}

/** Plays a scene, and looks at all that came of it. */
export async function play(scene: Scene, shared: SharedGrid): Promise<Row[]> {
  await using place = await Workplace.with({ 'state/.keep': '' });
  await rm(join(place.folder, 'state/.keep'));
  await using own = await ownGrid(scene);
  const grid = own ?? (scene.ground === 'hub' ? await shared.get() : undefined);
  const state = join(place.folder, 'state');
  const started = Promise.withResolvers<RunningCommand>();
  const set: Set = { place, grid, state, started, victims: [] };
  await using server = await pageServer(scene, set);
  await writeFiles(scene, place, server);
  const before = new Set(await grid?.sessions());
  if (scene.ground === 'hub') grid?.setHook(scene.wire?.() ?? (() => undefined));
  const startedAt = performance.now();
  const first = await run(scene, set, undefined);
  const runMs = performance.now() - startedAt;
  const results = await place.results().catch(() => undefined);
  const attempts = attemptsOf(await place.journal());
  if (scene.ground === 'hub') grid?.setHook(() => undefined);
  const wrong: string[] = [...first.wrong];
  if (scene.next !== undefined) wrong.push(...(await nextRun(scene, set)));
  const left = await leftBy(set, before, scene.keepsRecord === true);
  if (scene.keepsRecord === true) for (const { profile } of set.victims) killChrome(profile);
  if (scene.says !== undefined && !scene.says.test(first.stdout + first.stderr))
    wrong.push(`does not say ${scene.says}`);
  return Object.entries(scene.faults).map(([id, { fault, expected }]) => {
    const own = attempts.filter(({ siteId }) => siteId === id);
    const site = results?.sites.find((each) => each.id === id);
    const came = endingOf(first, results, site, own);
    const neighbors = neighborsOf(scene, results);
    const longestMs = own.length === 0 ? runMs : Math.max(...own.map(({ durationMs }) => durationMs));
    const limitMs = own.length === 0 ? LIMITS.runMs : (scene.limitMs ?? LIMITS.siteMs + LIMITS.afterMs);
    const row = { scene, fault, expected, came, longestMs, limitMs, ...left.counts, neighbors };
    return { ...row, wrong: [...differences(row, first), ...wrong, ...left.names] };
  });
}

async function ownGrid({ ground, hasOwnGrid, wire }: Scene): Promise<GridUnderTest | undefined> {
  if (ground === 'hub') return hasOwnGrid === true ? await realGrid() : undefined;
  return ground === 'stub' ? await stubGrid(stubFaults(wire)) : undefined;
}

/** The stub takes only what is decided at once, and has all faults but those of a connection to a real server. */
function stubFaults(wire: Scene['wire']): Parameters<typeof stubGrid>[0] {
  const hook = wire?.();
  if (hook === undefined) return {};
  return {
    faults(request) {
      const fault = hook(request);
      if (fault instanceof Promise || fault === 'cut-answer' || fault === 'late') throw new Error('not for the stub');
      return fault;
    },
  };
}

/** A stage whose run may not have started yet. */
interface Set extends Omit<Stage, 'command'> {
  readonly victims: Victim[];
  readonly started: PromiseWithResolvers<RunningCommand>;
}

async function pageServer(scene: Scene, { started, ...set }: Set): Promise<HttpServer> {
  let harmed = 0;
  return await startHttpServer(async (request, response) => {
    if (request.url !== '/harm') return response.setHeader('content-type', 'text/html').end(PAGE);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    harmed += 1;
    const isDue = harmed === 1 || scene.isHarmedEachTime === true;
    const stage: Stage = { ...set, command: await started.promise };
    const victim = JSON.parse(Buffer.concat(chunks).toString()) as Victim;
    set.victims.push(victim);
    if (isDue) await scene.harm?.(victim, stage);
    return response.end('done');
  });
}

async function writeFiles(scene: Scene, place: Workplace, server: HttpServer): Promise<void> {
  const ids = new Set(Object.keys({ ...scene.urls, ...scene.faults }));
  // The stub loads no pages, and says that its nodes are on other machines.
  const urlOf = (id: string): string => (scene.ground === 'stub' ? `https://${id}.example/` : `${server.url}/${id}`);
  const own = [...ids].map((id) => ({ id, url: scene.urls?.[id] ?? urlOf(id) }));
  const neighbors = NEIGHBORS.map((id) => ({ id, url: urlOf(id) }));
  await place.write('sites.json', JSON.stringify([neighbors[0], ...own, ...neighbors.slice(1)]));
  await place.write('x.check.mjs', scene.suite ?? suiteOf(scene, `${server.url}/harm`));
  await scene.prepare?.(place);
}

/** Chrome starts for root only so. In its own Chrome, gridrun sees to that. */
const AS_ROOT =
  process.getuid?.() === 0 ? ['--capabilities', '{"goog:chromeOptions": {"args": ["--no-sandbox"]}}'] : [];

async function run(
  scene: Scene,
  set: Set,
  more: readonly string[] | undefined,
): Promise<CommandResult & { wrong: string[] }> {
  const { grid, place, state, started } = set;
  const limits = [
    '--timeout',
    `${LIMITS.checkMs}`,
    '--site-timeout',
    `${LIMITS.siteMs}`,
    '--per-host',
    '9',
    '-j',
    scene.sessions ?? '2',
  ];
  const where = grid === undefined ? [] : ['--grid', grid.url, ...(scene.ground === 'hub' ? AS_ROOT : [])];
  const args = [
    'x.check.mjs',
    '--sites',
    'sites.json',
    '--reporter',
    'list',
    ...limits,
    ...where,
    ...(scene.flags ?? []),
  ];
  const options = more === undefined ? (scene.options ?? {}) : {};
  const command = place.start([...args, ...(more ?? [])], { ...options, env: { TMPDIR: state, ...options.env } });
  started.resolve(command);
  const wrong: string[] = [];
  const timer = setTimeout(() => {
    wrong.push(`the run did not end within ${LIMITS.runMs} ms`);
    command.process.kill('SIGKILL');
  }, LIMITS.runMs);
  const ended = await command.ended;
  clearTimeout(timer);
  return { ...ended, wrong };
}

/** The rest of the run or another one, without the fault. */
async function nextRun(scene: Scene, set: Set): Promise<string[]> {
  await scene.mend?.({ ...set, command: await set.started.promise });
  const { code, stdout, stderr, wrong } = await run(scene, set, scene.next === 'resume' ? ['--resume'] : []);
  if (code === 0) return wrong;
  return [...wrong, `the next run ended with ${code}: ${stdout.slice(-500)}${stderr.slice(0, 500)}`];
}

const attemptsOf = (journal: Awaited<ReturnType<Workplace['journal']>>): Attempt[] =>
  journal.flatMap((event) => (event.type === 'attempt-ended' ? [event.attempt] : []));

function endingOf(
  { code: exit, stderr }: CommandResult,
  results: ResultsFile | undefined,
  site: SiteResult | undefined,
  attempts: readonly Attempt[],
): Required<Ending> {
  if (exit === null) return { verdict: 'killed', cause: '', code: '', attempts: attempts.length, exit };
  if (results === undefined || site === undefined) {
    const code = /^code: (\S+)$/m.exec(stderr)?.[1] ?? '';
    const verdict = exit === 2 ? 'refused' : 'none';
    return { verdict, cause: code === '' ? '' : blamedBy(code as ErrorCode), code, attempts: 0, exit };
  }
  const { verdict } = site;
  const fault = attempts[0]?.fault ?? attempts[0]?.checks.find((check) => check.fault !== undefined)?.fault;
  const code = site.code ?? (verdict === 'not-run' ? ofRun(results) : fault?.code) ?? '';
  const cause = site.cause ?? (verdict === 'not-run' ? '' : fault?.cause) ?? '';
  return { verdict, cause, code, attempts: site.attempts, exit };
}

const ofRun = ({ faults, notices }: ResultsFile): string => faults[0]?.code ?? notices.at(-1)?.code ?? '';

function neighborsOf({ neighbors = 'untouched' }: Scene, results: ResultsFile | undefined): number {
  return NEIGHBORS.filter((id) => {
    const site = results?.sites.find((each) => each.id === id);
    if (neighbors === 'any') return true;
    return site?.verdict === 'passed' && (neighbors === 'passed' || site.attempts === 1);
  }).length;
}

/** How much longer than the run its processes and the sessions of its grid may live. */
const LEFT_MS = 6_000;

async function leftBy({ grid, state }: Set, before: ReadonlySet<string>, isKept: boolean) {
  const deadline = performance.now() + LEFT_MS;
  for (;;) {
    const sessions = ((await grid?.sessions().catch(() => [])) ?? []).filter((id) => !before.has(id));
    const processes = processesOf(state);
    const folders = (await readdir(state, { recursive: true }).catch(() => [])).filter(
      (name) => !/^gridrun-\w+$/.test(name),
    );
    const counts = { sessions: sessions.length, processes: processes.length, folders: folders.length };
    const kept = isKept ? { sessions: 1, folders: 2 } : { sessions: 0, folders: 0 };
    const isClean = counts.sessions === kept.sessions && counts.folders === kept.folders && counts.processes === 0;
    if (!isClean && performance.now() < deadline) {
      await delay(100);
      continue;
    }
    if (!isKept) for (const id of sessions) await grid?.endSession(id);
    const shown = [...processes.map((command) => command.slice(0, 150)), ...folders].slice(0, 5);
    return { counts, names: isClean ? [] : [`left: ${JSON.stringify(counts)} ${shown.join(' | ')}`] };
  }
}

function differences(row: Omit<Row, 'wrong'>, { stdout, stderr }: CommandResult): string[] {
  const { expected, came, longestMs, limitMs, neighbors } = row;
  const wrong = (Object.keys(expected) as (keyof Ending)[])
    .filter((key) => expected[key] !== came[key])
    .map((key) => `${key} ${came[key]} instead of ${expected[key]}`);
  if (longestMs > limitMs) wrong.push(`${Math.round(longestMs)} ms`);
  if (expected.verdict !== 'refused' && neighbors < NEIGHBORS.length)
    wrong.push(`${NEIGHBORS.length - neighbors} neighbors are harmed`);
  if (wrong.length > 0) wrong.push(`${stdout.slice(-1500)}${stderr.slice(0, 1500)}`);
  return wrong;
}
