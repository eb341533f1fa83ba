import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeCapabilities } from '../../src/grid/capabilities.ts';
import { remoteGrid } from '../../src/grid/remote.ts';
import { autoCapacity, parseGridStatus } from '../../src/grid/grid-status.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';

const CHROME = { browserName: 'chrome', platformName: 'linux' };

function node(
  uri: string,
  sessions: readonly (string | null)[],
  maxSessions = sessions.length,
  availability = 'UP',
  stereotype: object = CHROME,
) {
  const slots = sessions.map((sessionId) => ({
    stereotype,
    session: sessionId === null ? null : { sessionId, capabilities: { 'se:name': `name of ${sessionId}` } },
  }));
  return { uri, availability, maxSessions, slots };
}

function capacity(nodes: readonly object[], open = 0, asked = 0, spare = 1): number {
  return autoCapacity(parseGridStatus({ ready: true, nodes }), { browserName: 'chrome' }, { open, asked, spare });
}

test('auto counts our sessions, the matching free slots, and one request that waits', () => {
  assert.equal(capacity([]), 1, 'an empty grid');
  assert.equal(capacity([node('a', [null, null]), node('b', [null, null])]), 5);
  assert.equal(capacity([node('a', ['theirs', null])]), 2, 'a slot of others is not ours');
  assert.equal(capacity([node('a', ['mine', null])], 1), 3);
  assert.equal(capacity([node('a', [null, null, null, null], 2)]), 3, 'never over max-sessions');
  assert.equal(capacity([node('a', ['x', 'y', null, null], 2)]), 1, 'a node at its max-sessions has no free slot');
  assert.equal(capacity([node('a', [null, null], 2, 'DRAINING'), node('b', [null], 1, 'DOWN')]), 1);
  assert.equal(capacity([node('a', [null, null], 2, 'UP', { browserName: 'firefox' })]), 1);
  assert.equal(
    capacity([node('a', ['reserved', 'reserved', null])], 0, 1),
    3,
    'counts only our own of the starting sessions',
  );
});

test('on a grid that gridrun looks after no request waits, except for the first session', () => {
  assert.equal(capacity([node('a', ['mine']), node('b', [null])], 1, 0, 0), 2);
  assert.equal(capacity([node('a', ['mine'])], 1, 0, 0), 1);
  assert.equal(capacity([node('a', ['theirs'])], 0, 0, 0), 1);
  assert.equal(capacity([], 0, 0, 0), 1);
});

test('a run asks for a spare session on a grid of others, and for none on its own', async () => {
  const status = { ready: true, nodes: [node('http://a', [null, null])] };
  await using hub = await startHttpServer((_, response) => answerValue(response, status));
  const { signal } = new AbortController();
  for (const [isKept, expected] of [
    [false, 3],
    [true, 2],
  ] as const) {
    await using grid = remoteGrid(hub.url, { sessions: 'auto', isKept });
    assert.equal(await grid.capacity(signal), expected);
  }
});

test('auto is never more than all slots and one', () => {
  const session = fc.constantFrom(null, 'reserved', 'theirs');
  fc.assert(
    fc.property(fc.array(fc.array(session, { maxLength: 5 }), { maxLength: 5 }), fc.nat(9), (nodes, asked) => {
      const total = nodes.flat().length;
      const result = capacity(
        nodes.map((slots, index) => node(String(index), slots)),
        0,
        asked,
      );
      assert.ok(result >= 1 && result <= total + 1);
    }),
  );
});

test('any reply to /status is a status', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.jsonValue()), (nodes, slots) => {
      assert.ok(parseGridStatus({ nodes: [...nodes, { slots }, { slots: [{ session: slots[0] }] }] }).isGrid);
    }),
  );
  fc.assert(
    fc.property(
      fc.jsonValue(),
      (value) =>
        typeof parseGridStatus(value === null || typeof value !== 'object' ? value : { ...value, nodes: undefined })
          .isGrid === 'boolean',
    ),
  );
  assert.deepEqual(parseGridStatus({ ready: true, nodes: [node('a', ['1'])] }).sessions, [
    { sessionId: '1', name: 'name of 1', nodeUri: 'a', capabilities: { 'se:name': 'name of 1' } },
  ]);
});

test('capabilities are merged deep: lists grow, the later wins', () => {
  const merged = mergeCapabilities(
    { browserName: 'chrome', 'goog:chromeOptions': { args: ['--a', '--b'], binary: 'x' } },
    { unhandledPromptBehavior: 'ignore', 'goog:chromeOptions': { args: ['--b', '--c'], prefs: { p: 1 } } },
  );
  assert.deepEqual(merged, {
    browserName: 'chrome',
    unhandledPromptBehavior: 'ignore',
    'goog:chromeOptions': { args: ['--a', '--b', '--c'], binary: 'x', prefs: { p: 1 } },
  });
});
