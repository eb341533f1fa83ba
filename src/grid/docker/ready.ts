import { setTimeout as delay } from 'node:timers/promises';
import { GridrunError } from '../../core/fault.ts';
import { Redaction } from '../../text/redaction.ts';
import { lastLines } from './containers.ts';
import { ifThere, type Engine } from './engine.ts';
import { readHub, type HubAccess, type HubStatus } from './hub-api.ts';
import { decoded } from '../../text/telling-value.ts';

/** A container that a ready grid must have. */
export interface Expected {
  readonly id: string;
  readonly name: string;
  /** A node's URL in the hub's /status; undefined for the hub. */
  readonly uri?: string;
  readonly slots?: number;
}

const POLL_MS = 200;
const LOG_LINES = 20;

/**
 * Waits until the hub is ready and has every node with all its slots. Throws a `GridrunError` at the deadline, or as soon
 * as one of the containers has ended, with the last lines of the logs.
 */
export async function untilReady(
  engine: Engine,
  hub: HubAccess,
  expected: readonly Expected[],
  limits: { readonly deadlineMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const until = performance.now() + limits.deadlineMs;
  const secrets = secretsIn(hub);
  for (;;) {
    limits.signal?.throwIfAborted();
    const status = await readHub(hub, limits.signal).catch(() => undefined);
    const unready = expected.filter((container) => !isReady(container, status));
    if (unready.length === 0) return;
    const ended = await firstEnded(engine, unready);
    if (ended !== undefined)
      throw await notReady(engine, [ended], `${ended.name} ended while it was starting`, secrets);
    if (performance.now() > until) {
      const names = unready.map(({ name }) => name).join(', ');
      throw await notReady(
        engine,
        unready,
        `${names} not ready after ${Math.round(limits.deadlineMs / 1000)} s`,
        secrets,
      );
    }
    await delay(POLL_MS, undefined, limits.signal === undefined ? {} : { signal: limits.signal });
  }
}

function isReady(container: Expected, status: HubStatus | undefined): boolean {
  if (status === undefined) return false;
  if (container.uri === undefined) return true;
  const node = status.nodes.find(({ uri }) => uri === container.uri);
  return node !== undefined && node.up && node.slots.length >= (container.slots ?? 1);
}

async function firstEnded(engine: Engine, containers: readonly Expected[]): Promise<Expected | undefined> {
  for (const container of containers) {
    const facts = await ifThere(
      engine.call(`inspect ${container.name}`, async () => await engine.docker.getContainer(container.id).inspect()),
    );
    if (facts === undefined || !facts.State.Running) return container;
  }
  return undefined;
}

async function notReady(
  engine: Engine,
  containers: readonly Expected[],
  what: string,
  secrets: Redaction,
): Promise<GridrunError> {
  const logs = await Promise.all(
    containers.map(
      async ({ id, name }) =>
        `--- last lines of ${name}:\n${(await lastLines(engine.with(undefined), id, LOG_LINES)).trimEnd()}`,
    ),
  );
  return new GridrunError('grid.not-ready', secrets.text([what, ...logs].join('\n')), {
    hint: 'read the log above; gridrun grid status shows the state of each node',
  });
}

function secretsIn(hub: HubAccess): Redaction {
  const { password } = new URL(hub.url);
  return new Redaction([decoded(password), hub.registration]);
}
