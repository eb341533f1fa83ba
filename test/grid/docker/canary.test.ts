import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dockerGrid } from '../../../src/grid/docker/docker-grid.ts';
import { canary } from '../../../src/session/canary.ts';
import { driving, leftovers } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };
const REQUEST = { name: 'canary', capabilities: {}, avoidNodes: [], signal: new AbortController().signal };

test('a canary of a grid in containers loads a page of gridrun, which no other session reaches', options, async () => {
  {
    await using grid = await dockerGrid({
      name: 'none-such',
      nodes: { min: 1, max: 1 },
      sessionsPerNode: 1,
      sessions: 'auto',
      siteUrls: [],
    });
    const page = await grid.openPage?.();
    assert.ok(page, 'the nodes cannot reach this machine');
    const titleWith = async (capabilities: object): Promise<unknown> => {
      const owned = await grid.openSession({ ...REQUEST, capabilities: { ...capabilities } });
      const { go, run } = driving(owned.session);
      const title = await go(page.url).then(
        async () => await run('return document.title'),
        (error: Error) => error.message,
      );
      await owned.release();
      return title;
    };
    assert.equal(await titleWith(page.reachedWith({})), 'gridrun');
    assert.match(String(await titleWith({})), /net::ERR_NAME_NOT_RESOLVED/);
    await canary(grid, () => grid.openPage!(), REQUEST);
    await page[Symbol.asyncDispose]();
    await assert.rejects(
      canary(grid, async () => page, REQUEST),
      /net::ERR_/,
    );
  }
  assert.deepEqual(await leftovers(), []);
});
