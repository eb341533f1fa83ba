import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gridDown } from '../../../src/grid/docker/down.ts';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { run, type RunEvent } from '../../../src/index.ts';
import { HARMS, type Harm } from '../../docker-chaos/harms.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { docker, gridName, leftovers, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 500_000 };
/** A check's time-out: long enough for a busy machine. */
const LIMIT_MS = 60_000;
const CHECK = checkFile(
  "await driver.get(site.url); assert.match(await driver.getTitle(), /site/); assert.equal(await driver.executeScript('return location.host'), new URL(site.url).host);",
);
/** The hub's restart is Docker's own, so it works again by itself. */
const RESTART: Harm = {
  what: 'the hub is restarted',
  notice: /^the hub was restarted and forgot \d+ sessions?/,
  do: async (grid) => void (await docker.getContainer(`gridrun-${grid}-hub`).restart({ t: 1 })),
};

test(
  'what happens to the nodes and the hub in a run is said in a line each and mended; no site is failed or lost by it',
  options,
  async () => {
    const harms = [...HARMS, RESTART];
    // The pages wait for the harm that is under way, so that each harm hits a site, and for the line about it.
    let mended = Promise.resolve();
    await using site = await loopbackSite((_request, response) => {
      void Promise.all([mended, delay(200)]).then(() =>
        response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>'),
      );
    });
    await using named = gridName();
    const { name } = named;
    await gridUp({ name, nodes: 2, sessionsPerNode: 1, port: 0 });
    const sites = 6 * harms.length;
    const list = Array.from({ length: sites }, (_, index) => ({
      id: `s${index}`,
      url: `http://s${index}.localhost:${site.port}/`,
    }));
    await using place = await Workplace.with({ 'sites.json': JSON.stringify(list), 'x.check.mjs': CHECK });
    const handle = run({
      cwd: place.folder,
      sites: 'sites.json',
      checks: 'x.check.mjs',
      grid: 'docker',
      gridName: name,
      sessions: 2,
      infraRetries: 4,
      timeout: LIMIT_MS,
      siteTimeout: 2 * LIMIT_MS,
      chunkSize: 2,
    });
    const events: RunEvent[] = [];
    const waiting = [...harms];
    let underWay: Harm | undefined;
    let resolveMended = (): void => {};
    let done: Promise<unknown> = Promise.resolve();
    let judgedThen = 0;
    for await (const event of handle) {
      events.push(event);
      if (event.type === 'notice' && underWay?.notice.test(event.text)) {
        underWay = undefined;
        judgedThen = judgedIn(events).length;
        resolveMended();
      }
      if (underWay !== undefined || event.type !== 'attempt-started') continue;
      // Some sites pass between two harms, so that the grid is seen to work again.
      if (judgedIn(events).length < judgedThen + 2) continue;
      underWay = waiting.shift();
      if (underWay === undefined) continue;
      ({ promise: mended, resolve: resolveMended } = Promise.withResolvers<void>());
      const node = new URL(nodeOf(events, event.sessionId)).hostname;
      done = underWay.do(name, `gridrun-${name}-${node}`);
      await done;
    }
    const { counts } = await handle.summary;
    assert.deepEqual(
      waiting.map(({ what }) => what),
      [],
      'the run ended before all harm was done',
    );
    const judged = judgedIn(events);
    assert.equal(new Set(judged.map(({ verdict }) => verdict.siteId)).size, sites);
    assert.equal(judged.length, sites);
    assert.deepEqual([counts.failed, counts.errored, counts.passed + counts.flaky], [0, 0, sites]);
    const faults = events.flatMap((event) =>
      event.type === 'attempt-ended' && event.attempt.fault !== undefined ? [event.attempt.fault] : [],
    );
    assert.ok(faults.length > 0, 'no attempt was hit');
    assert.deepEqual(
      faults.filter(({ cause }) => cause !== 'grid').map(({ code, message }) => `${code}: ${message}`),
      [],
    );
    await gridDown(name);
    assert.deepEqual(await leftovers(name), []);
  },
);

type Judged = Extract<RunEvent, { type: 'site-judged' }>;

function judgedIn(events: readonly RunEvent[]): Judged[] {
  return events.filter((event): event is Judged => event.type === 'site-judged' && event.amended !== true);
}

function nodeOf(events: readonly RunEvent[], sessionId: string): string {
  const opened = events.find((event) => event.type === 'session-opened' && event.sessionId === sessionId);
  return opened?.type === 'session-opened' ? opened.node : 'http://node-1';
}
