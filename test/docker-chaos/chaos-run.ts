import { setTimeout as delay } from 'node:timers/promises';
import type { RunEvent } from '../../src/core/event.ts';
import { checkFile, Workplace, type RunningCommand } from '../support/command.ts';
import { docker, loopbackSite } from '../support/engine.ts';

/** How long a page takes. The rest of a site's time is the browser's. */
const PAGE_MS = 3000;
const NODES = 2;
/** The time of a site without its page, on a machine that does nothing else. */
const SITE_MS = 600;

/** A run with a grid of its own, in whose middle something happens. */
export interface Disturbance {
  /** The socket of the engine that the run uses. */
  readonly dockerHost: string;
  /** How long the run should take if nothing happens. */
  readonly minutes: number;
  /** Called when a third of the sites has its verdict. `node` is a container whose browser works on a site. */
  disturb(grid: string, node: string): Promise<void>;
}

/** What came of it. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** From the disturbance to the end. */
  readonly secondsAfter: number;
  readonly stdout: string;
  readonly siteCount: number;
  readonly good: number;
  /** How many sites have no verdict, more than one, or were failed. */
  readonly wrong: number;
  /** Containers and networks of the run after its end. */
  readonly left: readonly string[];
  readonly pid: number | undefined;
}

/** Runs gridrun as a command with `--grid docker`. */
export async function chaosRun({ dockerHost, minutes, disturb }: Disturbance): Promise<Outcome> {
  await using site = await loopbackSite((_request, response) => {
    setTimeout(
      () => response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>'),
      PAGE_MS,
    );
  });
  const siteCount = Math.round((minutes * 60_000 * NODES) / (PAGE_MS + SITE_MS));
  const urls = Array.from({ length: siteCount }, (_, index) => `http://s${index}.localhost:${site.port}/`);
  await using place = await Workplace.with({
    'sites.txt': urls.join('\n'),
    'x.check.mjs': checkFile("await driver.get(site.url); assert.equal(await driver.getTitle(), 'site');"),
  });
  const args = ['x.check.mjs', '--sites', 'sites.txt', '--grid', 'docker', '--grid-name', 'none-such'];
  const startedAt = performance.now();
  const running = place.start([...args, '--nodes', String(NODES), '--sessions-per-node', '1'], {
    env: { DOCKER_HOST: dockerHost },
  });
  const disturbed = disturbLater(running, place, { third: siteCount / 3, disturb });
  const { code, stdout } = await running.ended;
  const endedAt = performance.now();
  const at = await disturbed;
  const judged = (await place.journal()).filter((event) => event.type === 'site-judged');
  const { sites } = await place.results();
  return {
    exitCode: code,
    seconds: (endedAt - startedAt) / 1000,
    secondsAfter: (endedAt - at) / 1000,
    stdout,
    siteCount,
    good: sites.filter(({ verdict }) => verdict === 'passed' || verdict === 'flaky').length,
    wrong:
      Math.abs(judged.length - siteCount) +
      Math.abs(sites.length - siteCount) +
      sites.filter(({ verdict }) => verdict === 'failed').length,
    left: await leftBy(running.process.pid),
    pid: running.process.pid,
  };
}

async function disturbLater(
  running: RunningCommand,
  place: Workplace,
  { third, disturb }: { readonly third: number; readonly disturb: Disturbance['disturb'] },
): Promise<number> {
  let events: RunEvent[] = [];
  while (events.filter(({ type }) => type === 'site-judged').length < third) {
    if (running.process.exitCode !== null) throw new Error('the run ended before it was disturbed');
    await delay(100);
    events = await place.journal();
  }
  const opened = events.findLast((event) => event.type === 'session-opened');
  const [grid = ''] = (await labelsOf(running.process.pid)).map((labels) => labels['io.gridrun.grid'] ?? '');
  const node = opened?.type === 'session-opened' ? new URL(opened.node).hostname : 'node-1';
  const at = performance.now();
  await disturb(grid, `gridrun-${grid}-${node}`);
  return at;
}

async function labelsOf(pid: number | undefined): Promise<Readonly<Record<string, string>>[]> {
  const filters = { label: ['io.gridrun.owner'] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return [...containers, ...networks]
    .map(({ Labels }) => Labels ?? {})
    .filter((labels) => labels['io.gridrun.owner']?.includes(`"pid":${pid},`));
}

/** What the run of a process has left on the engine. Empty if there is no engine. */
export async function leftBy(pid: number | undefined): Promise<string[]> {
  const labels = await labelsOf(pid).catch(() => []);
  return labels.map((of) => `${of['io.gridrun.role']} of ${of['io.gridrun.grid']}`);
}
