import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { networkName } from '../../../src/grid/docker/labels.ts';
import { run, type RunEvent } from '../../../src/index.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { docker, gridName, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 400_000 };
const SITES = 60;
/** A check's time-out: long enough for a busy machine, and shorter than a node is cut off. */
const LIMIT_MS = 20_000;
const CHECK = checkFile(
  "await driver.get(site.url); assert.match(await driver.getTitle(), /site/); assert.equal(await driver.executeScript('return location.host'), new URL(site.url).host);",
);

/** Less than a check's time-out: on healthy nodes the pages come late, but they come. */
const tooLong = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4000));

/** What happens to a grid in the middle of a run. */
type Harm = (grid: string, node: string) => Promise<void>;

const container = (grid: string, name: string): ReturnType<typeof docker.getContainer> =>
  docker.getContainer(`gridrun-${grid}-${name}`);

const HARMS: Readonly<Record<string, Harm>> = {
  'a node is killed': async (grid, node) => void (await container(grid, node).kill({ signal: 'SIGKILL' })),
  'a node is paused': async (grid, node) => void (await container(grid, node).pause()),
  'a node is cut off the network and put back': async (grid, node) => {
    const network = docker.getNetwork(networkName(grid));
    await network.disconnect({ Container: `gridrun-${grid}-${node}`, Force: true });
    await new Promise((resolve) => setTimeout(resolve, LIMIT_MS + 10_000));
    await network.connect({ Container: `gridrun-${grid}-${node}`, EndpointConfig: { Aliases: [node] } });
  },
  'the hub is restarted': async (grid) => void (await container(grid, 'hub').restart({ t: 1 })),
};

for (const [what, harm] of Object.entries(HARMS)) {
  test(
    `${what}: the run ends by itself, each site has one verdict, none is failed by it, and those hit say so`,
    options,
    async () => {
      // No page is answered while the harm is done, so that it hits a site.
      let harmed: Promise<void> | undefined;
      await using site = await loopbackSite((_request, response) => {
        const answer = (): unknown =>
          response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>');
        void Promise.race([harmed, tooLong()]).then(answer, answer);
      });
      await using named = gridName();
      await gridUp({ name: named.name, nodes: 3, sessionsPerNode: 1, port: 0 });
      const list = Array.from({ length: SITES }, (_, index) => ({
        id: `s${index}`,
        url: `http://s${index}.localhost:${site.port}/`,
      }));
      await using place = await Workplace.with({ 'sites.json': JSON.stringify(list), 'x.check.mjs': CHECK });
      const handle = run({
        cwd: place.folder,
        sites: 'sites.json',
        checks: 'x.check.mjs',
        grid: 'docker',
        gridName: named.name,
        sessions: 3,
        timeout: LIMIT_MS,
        siteTimeout: 2 * LIMIT_MS + 5000,
        chunkSize: 4,
      });
      const events: RunEvent[] = [];
      for await (const event of handle) {
        events.push(event);
        const judged = events.filter(({ type }) => type === 'site-judged').length;
        if (harmed !== undefined || judged < 10 || event.type !== 'attempt-started') continue;
        const opened = events.find((known) => known.type === 'session-opened' && known.sessionId === event.sessionId);
        harmed = harm(named.name, opened?.type === 'session-opened' ? new URL(opened.node).hostname : 'node-1');
        harmed.catch(() => {});
      }
      await harmed;
      const { counts } = await handle.summary;
      const judged = events.filter((event) => event.type === 'site-judged' && event.amended !== true);
      assert.equal(
        new Set(judged.map((event) => (event.type === 'site-judged' ? event.verdict.siteId : ''))).size,
        SITES,
      );
      assert.equal(judged.length, SITES);
      assert.deepEqual(
        [counts.failed, counts.passed + counts.errored + counts.flaky],
        [0, SITES],
        JSON.stringify(
          judged.flatMap((event) =>
            event.type === 'site-judged' && event.verdict.verdict === 'failed' ? [event.verdict] : [],
          ),
        ),
      );
      const hit = events.flatMap((event) =>
        event.type === 'attempt-ended' && event.attempt.fault !== undefined ? [event.attempt] : [],
      );
      assert.ok(hit.length > 0, 'no attempt was hit');
      assert.deepEqual(
        hit
          .filter(({ fault }) => fault?.cause !== 'grid')
          .map(({ fault, ending }) => `${ending} ${fault?.code}: ${fault?.message}`),
        [],
      );
    },
  );
}
