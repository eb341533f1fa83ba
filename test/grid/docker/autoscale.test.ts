import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FIRST_MEMORY,
  roomForNodes,
  scaleStep,
  TURN_AFTER_MS,
  type NodeRange,
  type ScaleMemory,
} from '../../../src/grid/docker/autoscale.ts';

interface Step {
  readonly waitMs: number;
  readonly open: number;
  readonly waiting: number;
  readonly room: number;
}

const ranges = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }))
  .map(([min, more]): NodeRange => ({ min, max: min + more }));
const steps = fc.array(
  fc.record({ waitMs: fc.integer({ min: 100, max: 20_000 }), open: fc.nat(20), waiting: fc.nat(20), room: fc.nat(8) }),
  { minLength: 1, maxLength: 80 },
);

function counts(range: NodeRange, given: readonly Step[], sessionsPerNode = 1): { atMs: number; nodes: number }[] {
  let memory: ScaleMemory = FIRST_MEMORY;
  let nodes = range.min;
  let atMs = 0;
  return given.map(({ waitMs, ...load }) => {
    atMs += waitMs;
    ({ memory, nodes } = scaleStep(range, memory, { atMs, nodes, sessionsPerNode, ...load }));
    return { atMs, nodes };
  });
}

test('the count stays in its range, and grows no further than there is room', () => {
  fc.assert(
    fc.property(ranges, steps, (range, given) => {
      let before = range.min;
      for (const [index, { nodes }] of counts(range, given).entries()) {
        assert.ok(nodes >= range.min && nodes <= range.max);
        assert.ok(nodes - before <= Math.max(0, given[index]!.room) && before - nodes <= 1);
        before = nodes;
      }
    }),
  );
});

test('the count never flaps: a change of direction needs a rest', () => {
  fc.assert(
    fc.property(ranges, steps, (range, given) => {
      let last: { atMs: number; up: boolean } | undefined;
      let before = range.min;
      for (const { atMs, nodes } of counts(range, given)) {
        if (nodes !== before) {
          const up = nodes > before;
          if (last !== undefined && last.up !== up) assert.ok(atMs - last.atMs >= TURN_AFTER_MS);
          last = { atMs, up };
        }
        before = nodes;
      }
    }),
  );
});

test('waiting work raises the count, and no work lowers it to the min', () => {
  const tick = (waiting: number, open: number): Step => ({ waitMs: 1000, waiting, open, room: 10 });
  const busy = counts(
    { min: 1, max: 4 },
    Array.from({ length: 5 }, () => tick(3, 1)),
  );
  assert.equal(busy.at(-1)?.nodes, 4);
  const through = counts({ min: 1, max: 4 }, [
    ...Array.from({ length: 5 }, () => tick(3, 1)),
    ...Array.from({ length: 60 }, () => tick(0, 0)),
  ]);
  assert.equal(through.at(-1)?.nodes, 1);
  assert.deepEqual(
    counts({ min: 2, max: 2 }, [tick(9, 2), tick(9, 2), tick(9, 2)]).map(({ nodes }) => nodes),
    [2, 2, 2],
  );
});

test('a lost node is replaced', () => {
  const step = scaleStep({ min: 3, max: 3 }, FIRST_MEMORY, {
    atMs: 0,
    nodes: 2,
    sessionsPerNode: 1,
    open: 0,
    waiting: 0,
    room: 0,
  });
  assert.deepEqual([step.nodes, step.reason], [3, '2 of at least 3 nodes are up']);
});

test('memory and cores limit the room', () => {
  const GIB = 1024 ** 3;
  assert.equal(roomForNodes({ freeBytes: 100 * GIB, cores: 2 }, 1, 1), 3);
  assert.equal(roomForNodes({ freeBytes: 3 * GIB, cores: 64 }, 1, 1), 2);
  assert.equal(roomForNodes({ freeBytes: GIB / 2, cores: 64 }, 1, 1), 0);
});
