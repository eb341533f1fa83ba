import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptySlot, move, sessionOf, type SlotSession, type SlotState } from '../../src/dispatch/slot.ts';
import { slotSession } from './fakes.ts';

const FOLDER = new URL('../../src/dispatch/', import.meta.url);

/** What may follow each state, as the table in README.md says. */
const TABLE = new Map(
  (await readFile(new URL('README.md', FOLDER), 'utf8'))
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 5 && !/^(state|---)$/.test(cells[1] ?? ''))
    .map((cells) => [cells[1] ?? '', (cells[3] ?? '').split(', ')]),
);
const KINDS = ['empty', 'opening', 'ready', 'idle', 'asking', 'busy', 'resetting', 'closing'] as const;

let sessionCount = 0;

function newSession(): SlotSession {
  return slotSession({ sessionId: `session-${sessionCount++}` });
}

/** A state of this kind, with the session if it has one. */
function stateOf(kind: SlotState['kind'], session: SlotSession): SlotState {
  const states: { [K in SlotState['kind']]: Extract<SlotState, { kind: K }> } = {
    empty: { kind: 'empty' },
    opening: { kind: 'opening', arm: 'subject' },
    ready: { kind: 'ready', session },
    asking: { kind: 'asking', session },
    idle: { kind: 'idle', session },
    busy: { kind: 'busy', session },
    resetting: { kind: 'resetting', session },
    closing: { kind: 'closing', session, reason: 'done' },
  };
  return states[kind];
}

test('the table in README.md has every state and names no other', () => {
  assert.deepEqual([...TABLE.keys()], [...KINDS]);
  for (const next of TABLE.values()) for (const kind of next) assert(TABLE.has(kind), kind);
});

test('a slot makes the moves of the table and no other; its session stays until it is empty', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...KINDS), { maxLength: 60 }), (kinds) => {
      const slot = emptySlot(0);
      let session = newSession();
      for (const kind of kinds) {
        const before = slot.state;
        if (kind === 'opening') session = newSession();
        const to = stateOf(kind, sessionOf(before) ?? session);
        if (TABLE.get(before.kind)?.includes(kind)) {
          move(slot, to);
          assert.equal(slot.state, to);
          const [had, has] = [sessionOf(before), sessionOf(to)];
          assert(had === undefined || has === undefined || had === has);
          assert.equal(has !== undefined, kind !== 'empty' && kind !== 'opening');
        } else {
          assert.throws(() => move(slot, to), /slot 0: \w+ to \w+ is not a move/);
          assert.equal(slot.state, before);
        }
      }
    }),
  );
});

test('every state can be reached and left', () => {
  const reached = new Set(['empty']);
  for (const kind of reached) for (const next of TABLE.get(kind) ?? []) reached.add(next);
  assert.deepEqual([...reached].toSorted(), [...KINDS].toSorted());
});

test('a move never swaps the session', () => {
  for (const from of KINDS)
    for (const to of TABLE.get(from) ?? []) {
      const session = newSession();
      const slot = { index: 3, state: stateOf(from, session) };
      const other = stateOf(KINDS.find((kind) => kind === to) ?? 'empty', newSession());
      if (sessionOf(slot.state) === undefined || sessionOf(other) === undefined) continue;
      assert.throws(() => move(slot, other), /slot 3: \w+ to \w+ swaps the session/);
      assert.equal(sessionOf(slot.state), session);
    }
});

test('only the session supply moves a slot', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts'));
  assert(files.length > 8);
  const movers: string[] = [];
  for (const name of files) {
    const text = await readFile(new URL(name, FOLDER), 'utf8');
    if (/import \{[^}]*\bmove\b[^}]*\} from '\.\/slot\.ts'/.test(text)) movers.push(name);
  }
  assert.deepEqual(movers, ['session-supply.ts']);
});
