import { setTimeout as delay } from 'node:timers/promises';
import { always, once } from '../expected.ts';
import { scene, type Scene } from '../scene.ts';

const OWN = { check: 'await harm();', hasOwnGrid: true } as const;

/** The hub and the nodes of a Selenium Grid. */
export const GRIDS: readonly Scene[] = [
  scene('grid', 'hub', 'the session expires', once('grid.session-lost'), {
    check: 'await harm();',
    harm: async ({ sessionId }, { grid }) => await grid?.endSession(sessionId),
    isShort: true,
  }),
  scene('grid', 'hub', 'a node is killed', once('grid.session-lost'), {
    ...OWN,
    harm: async ({ sessionId }, { grid }) => await grid?.signalNode(sessionId, 'SIGKILL'),
    neighbors: 'passed',
    // The hub lists the sessions of the node until it has missed its heartbeats.
    mend: async ({ grid }) => {
      while ((await grid?.sessions())?.length !== 0) await delay(200);
    },
    next: 'start',
  }),
  scene('grid', 'hub', 'a node is frozen', once('grid.no-answer'), {
    ...OWN,
    harm: async ({ sessionId }, { grid }) => await grid?.signalNode(sessionId, 'SIGSTOP'),
    neighbors: 'passed',
    mend: ({ grid }) => grid?.thaw(),
    next: 'start',
  }),
  // The attempt at hand is lost, and no other one can start.
  scene(
    'grid',
    'hub',
    'the hub is killed',
    { ...always('grid.unreachable'), attempts: 1 },
    {
      ...OWN,
      harm: async (_victim, { grid }) => await grid?.killHub(),
      flags: ['--outage-timeout', '5000'],
      neighbors: 'any',
      mend: async ({ grid }) => await grid?.restartHub(),
      next: 'resume',
    },
  ),
  scene('grid', 'hub', 'the hub is killed and started again', once('grid.unreachable'), {
    ...OWN,
    harm: async (_victim, { grid }) => {
      await grid?.killHub();
      void grid?.restartHub();
    },
    neighbors: 'passed',
  }),
];
