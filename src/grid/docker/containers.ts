import type { Container, ContainerCreateOptions } from 'dockerode';
import { EngineRefusal, ifThere, type Engine } from './engine.ts';
import { LABEL } from './labels.ts';
import { putSecrets, type GridSecrets } from './secrets.ts';

const STOP_GRACE_SECONDS = 3;

/** Makes a container, gives it its secrets and starts it. Throws a `GridrunError`; a container that did not start is removed. */
export async function startContainer(
  engine: Engine,
  plan: ContainerCreateOptions & { name: string },
  role: 'hub' | 'node',
  secrets: GridSecrets,
): Promise<Container> {
  // An engine that was asked makes the container, whether or not its answer is waited for.
  const creating = engine.docker.createContainer(plan);
  const container = await engine
    .call(`create ${plan.name}`, async () => await creating, 60_000)
    .catch(async (error: unknown) => {
      const late = engine.with(undefined).call(`create ${plan.name}`, async () => await creating);
      await late.then(async ({ id }) => await removeContainer(engine.with(undefined), id)).catch(() => {});
      throw error;
    });
  try {
    if (plan.Labels?.[LABEL.secrets] === 'file') await putSecrets(engine, container, role, secrets);
    await engine.call(`start ${plan.name}`, async () => await container.start(), 60_000);
    return container;
  } catch (error) {
    await removeContainer(engine.with(undefined), container.id).catch(() => {});
    throw error;
  }
}

/** Ends a container at once and removes it with its volumes. One that is gone already is as good. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  await ifThere(
    engine
      .call(
        `remove ${id.slice(0, 12)}`,
        async () => await engine.docker.getContainer(id).remove({ force: true, v: true }),
        60_000,
      )
      .catch((error: unknown) => {
        // Another gridrun is removing it right now.
        if (error instanceof EngineRefusal && error.status === 409) return;
        throw error;
      }),
  );
}

/** Asks a container to end by itself first. */
export async function stopAndRemove(engine: Engine, id: string): Promise<void> {
  await ifThere(
    engine
      .call(`stop ${id.slice(0, 12)}`, async () => await engine.docker.getContainer(id).stop({ t: STOP_GRACE_SECONDS }))
      .catch((error: unknown) => {
        // 304: it had ended before. A paused one can't end by itself.
        if (!(error instanceof EngineRefusal)) throw error;
      }),
  );
  await removeContainer(engine, id);
}

/** The last lines that a container wrote, without the secrets given; what is not there has none. */
export async function lastLines(engine: Engine, id: string, count: number): Promise<string> {
  const log = await ifThere(
    engine.call(
      `read the log of ${id.slice(0, 12)}`,
      async () => await engine.docker.getContainer(id).logs({ stdout: true, stderr: true, tail: count }),
    ),
  );
  return log === undefined ? '' : demultiplexed(log);
}

/** An engine's log, whose every frame has a head of eight bytes, as text. */
export function demultiplexed(log: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const length = log.readUInt32BE(at + 4);
    parts.push(log.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return parts.join('');
}
