import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridDown } from '../../../src/grid/docker/down.ts';
import { gridScale } from '../../../src/grid/docker/scale.ts';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { run } from '../../../src/index.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { gridName, leftovers, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const SITES = 40;
const CHECK = checkFile(
  "await driver.get(site.url); assert.equal(await driver.getTitle(), 'site'); assert.equal(await driver.executeAsyncScript('setTimeout(arguments[0], 400, 1)'), 1);",
);

test(
  'scaled to 4 and to 1 during a run, each said twice: no verdict is lost or errored by it, and nothing is left',
  {
    skip: missing('docker'),
    timeout: 400_000,
  },
  async () => {
    const nodes = new Set<string>();
    const thirdNode = Promise.withResolvers<void>();
    let asked = 0;
    await using site = await loopbackSite((_request, response) => {
      const answer = (): void =>
        void response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>');
      asked += 1;
      // Half of the sites wait for a new node, so the run cannot end before the scaling.
      if (asked > SITES / 2) void thirdNode.promise.then(answer);
      else answer();
    });
    await using named = gridName();
    const { name } = named;
    await gridUp({ name, nodes: 2, sessionsPerNode: 1, port: 0 });
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
      gridName: name,
      sessions: 4,
      chunkSize: 2,
      infraRetries: 0,
      timeout: 180_000,
      siteTimeout: 200_000,
    });
    const scalings: Promise<number>[] = [];
    let judged = 0;
    for await (const event of handle) {
      if (event.type === 'session-opened') nodes.add(event.node);
      if (nodes.size > 2) thirdNode.resolve();
      if (event.type !== 'site-judged') continue;
      judged += 1;
      if (judged === 4) scalings.push(twice(4));
      if (judged === 24) scalings.push(twice(1));
    }
    async function twice(count: number): Promise<number> {
      await Promise.all(scalings);
      const first = await gridScale(name, count);
      const second = await gridScale(name, count);
      assert.deepEqual([second.added, second.removed], [[], []], 'the second call changed something');
      return first.nodes;
    }
    assert.deepEqual(await Promise.all(scalings), [4, 1]);
    const { counts, exitCode } = await handle.summary;
    assert.deepEqual([exitCode, counts.passed], [0, SITES], JSON.stringify(counts));
    assert(nodes.size > 2, `only ${[...nodes].join(', ')} were used`);
    await gridDown(name);
    assert.deepEqual(await gridDown(name), []);
    assert.deepEqual(await leftovers(name), []);
  },
);
