import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnPage } from '../../src/core/ports.ts';
import { remoteGrid } from '../../src/grid/remote.ts';
import { canary } from '../../src/session/canary.ts';
import { startStub, type StubFault, type StubRequest } from '../stub/webdriver-stub.ts';

const REQUEST = { name: 'canary', capabilities: {}, avoidNodes: [], signal: new AbortController().signal };
const UNREACHED: StubFault = {
  status: 500,
  body: { value: { error: 'unknown error', message: 'unknown error: net::ERR_CONNECTION_REFUSED', stacktrace: '' } },
};

/** A canary's page, and whether it is still open. */
function ownPage(): OwnPage & { isOpen: boolean } {
  return {
    isOpen: true,
    url: 'http://own.example/',
    reachedWith: (capabilities) => ({ ...capabilities, 'goog:chromeOptions': { args: ['--own-page'] } }),
    async [Symbol.asyncDispose]() {
      this.isOpen = false;
    },
  };
}

/** The URL that a canary loads, the capabilities of its session, and its error. */
async function sing(page: OwnPage | undefined, answer?: StubFault): Promise<unknown[]> {
  let opened = '';
  let url: unknown;
  const faults = ({ command, body }: StubRequest): StubFault | undefined => {
    if (command === 'POST session') opened = JSON.stringify(body);
    if (command !== 'POST url') return undefined;
    url = body['url'];
    return answer;
  };
  await using stub = await startStub({ faults });
  await using grid = remoteGrid(stub.url, { sessions: 1 });
  const error = await canary(grid, async () => page, REQUEST).catch((thrown: unknown) => thrown);
  assert.equal(stub.sessions().length, 0);
  return [url === `${stub.url}/status` ? '/status' : url, opened.includes('--own-page'), error !== undefined];
}

test("a canary loads the grid's own page if there is one, and else the status of the session's server", async () => {
  const page = ownPage();
  assert.deepEqual(await sing(page), ['http://own.example/', true, false]);
  assert.equal(page.isOpen, false);
  assert.deepEqual(await sing(undefined), ['/status', false, false]);
});

test("a browser that can't reach the status is well, and one that can't reach the grid's own page is not", async () => {
  assert.deepEqual(await sing(undefined, UNREACHED), ['/status', false, false]);
  assert.deepEqual(await sing(ownPage(), UNREACHED), ['http://own.example/', true, true]);
  assert.deepEqual(await sing(undefined, 'kill-session'), ['/status', false, true]);
});
