import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildBroken } from '../extension-broken/build.ts';
import { run, type RunEvent } from '../../src/index.ts';
import { startDemoSites, ROOT } from '../../test/support/demo.ts';
import { missing } from '../../test/support/machine.ts';
import { startSeleniumGrid, type SeleniumGrid } from '../../test/support/selenium-grid.ts';

// Compares a new build of the demo extension with the released one, on all demo sites. Five of them are down for everyone,
// and a node of the grid is killed during the run. Exits with 0 if gridrun finds exactly the planted regressions, each with
// cause extension. To repeat it: npm run demo:sweep -- --times 20
const { values } = parseArgs({
  options: { times: { type: 'string', default: '1' }, grid: { type: 'string', default: 'hub' } },
});

/** The sites on which the broken build does not find the form. */
const BROKEN_BY_THE_BUILD = ['iframe-nl', 'shadow-en', 'shadow-nested-sv'];
const DOWN_FOR_EVERYONE = ['plain-tr', 'plain-hi', 'plain-vi', 'tabs-hu', 'captcha-id'];

interface SweepResult {
  readonly sites: readonly { readonly id: string; readonly verdict: string; readonly cause?: string }[];
  readonly sweep: {
    readonly broken: readonly string[];
    readonly failedInBoth: readonly string[];
    readonly undecided: readonly string[];
  };
}

const stopping = stopOnSignal();

/** Runs one sweep. Returns every difference from the expected result. */
async function sweepOnce(folder: string, grid: string, onEvent: (event: RunEvent) => void): Promise<string[]> {
  await using demo = await startDemoSites({ DEMO_DOWN: DOWN_FOR_EVERYONE.join(',') });
  stopping.throwIfAborted();
  console.log(`the demo's sites are up; running both builds on them, on ${grid}`);
  const progress = showProgress();
  await writeFile(join(folder, 'sites.json'), demo.list);
  await buildBroken(join(folder, 'build'));
  const args = process.getuid?.() === 0 && grid !== 'local' ? ['--no-sandbox'] : [];
  const handle = run({
    cwd: ROOT,
    sites: join(folder, 'sites.json'),
    checks: 'examples/sweep/extension.check.ts',
    out: join(folder, 'results'),
    grid,
    sessions: 2,
    extension: join(folder, 'build'),
    control: 'examples/extension',
    capabilities: { 'goog:chromeOptions': { args } },
  });
  const stop = (): void => handle.stop('kill');
  stopping.addEventListener('abort', stop);
  if (stopping.aborted) stop();
  for await (const event of handle) {
    progress(event);
    onEvent(event);
  }
  await handle.summary;
  stopping.removeEventListener('abort', stop);
  stopping.throwIfAborted();
  const results = JSON.parse(await readFile(join(folder, 'results', 'results.json'), 'utf8')) as SweepResult;
  const { broken, failedInBoth, undecided } = results.sweep;
  console.log(`broken by the build: ${broken.join(', ')}; broken for everyone: ${failedInBoth.join(', ')}`);
  const others = results.sites.filter(
    ({ id, verdict }) => verdict !== 'passed' && ![...BROKEN_BY_THE_BUILD, ...DOWN_FOR_EVERYONE].includes(id),
  );
  return [
    ...differences('broken by the build', broken, BROKEN_BY_THE_BUILD),
    ...differences('broken for everyone', failedInBoth, DOWN_FOR_EVERYONE),
    ...undecided.map((id) => `${id}: undecided`),
    ...others.map(({ id, verdict, cause }) => `${id}: ${verdict}, cause ${cause}`),
  ];
}

/** A signal that Ctrl-C and the like abort, so that the hub and the demo server stop before this process does. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) console.log(`${name}: stopping`);
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const) process.on(name, stop);
  return controller.signal;
}

/** Prints each site that has a verdict: a sweep takes minutes. */
function showProgress(): (event: RunEvent) => void {
  let [judged, planned] = [0, 0];
  return (event) => {
    if (event.type === 'run-started') planned = event.siteCount;
    if (event.type === 'site-judged' && event.amended !== true)
      console.log(`${++judged} of ${planned}: ${event.verdict.siteId} ${event.verdict.verdict}`);
  };
}

function differences(what: string, found: readonly string[], planted: readonly string[]): string[] {
  return [
    ...planted.filter((id) => !found.includes(id)).map((id) => `${id}: planted as ${what}, but not found`),
    ...found.filter((id) => !planted.includes(id)).map((id) => `${id}: found as ${what}, but not planted`),
  ];
}

/** Kills the node of the next attempt once a third of the sites have a verdict. Records the attempts that this hit. */
class NodeKiller {
  readonly hit: string[] = [];
  readonly #hub: SeleniumGrid;
  readonly #nodes = new Map<string, string>();
  #judged = 0;
  #killed = false;

  constructor(hub: SeleniumGrid) {
    this.#hub = hub;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'session-opened') this.#nodes.set(event.sessionId, event.node);
    if (event.type === 'site-judged') this.#judged += 1;
    if (event.type === 'attempt-started' && this.#judged >= 11 && !this.#killed) {
      this.#killed = true;
      void this.#hub.killNode(this.#hub.nodeUrls.indexOf(this.#nodes.get(event.sessionId) ?? ''));
    }
    if (event.type === 'attempt-ended' && event.attempt.fault?.cause === 'grid')
      this.hit.push(`${event.attempt.siteId} (${event.attempt.fault.code})`);
  }
}

for (let time = 1; time <= Number(values.times) && !stopping.aborted; time += 1) {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-sweep-'));
  const hasHub = values.grid === 'hub' && missing('selenium') === false;
  if (values.grid === 'hub' && !hasHub)
    console.log('there is no Java here: using the Chrome of this machine, without killing a node');
  try {
    if (hasHub) console.log("starting Selenium's hub and two nodes");
    await using hub = hasHub ? await startSeleniumGrid({ nodes: 2, sessionsPerNode: 2, signal: stopping }) : undefined;
    const grid = hub?.url ?? (values.grid === 'hub' ? 'local' : values.grid);
    const killer = hub === undefined ? undefined : new NodeKiller(hub);
    const mistakes = await sweepOnce(folder, grid, (event) => killer?.onEvent(event));
    if (killer !== undefined) console.log(`retried because their node was killed: ${killer.hit.join(', ')}`);
    if (killer?.hit.length === 0) mistakes.push('the killed node hit no attempt');
    console.log(
      mistakes.length === 0
        ? `sweep ${time}: exactly the planted sites`
        : `sweep ${time}: WRONG\n  ${mistakes.join('\n  ')}`,
    );
    if (mistakes.length > 0) process.exitCode = 1;
  } catch (error) {
    if (!stopping.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
