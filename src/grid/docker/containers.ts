import type { Container, ContainerCreateOptions } from 'dockerode';
import { EngineRefusal, ifThere, type Engine } from './engine.ts';
import { LABEL } from './labels.ts';
import { putSecrets, type GridSecrets } from './secrets.ts';

const STOP_GRACE_SECONDS = 3;

/**
 * Makes a container, gives it its secrets and starts it. Throws a `GridrunError`. A container that does not start is
 * removed.
 */
export async function startContainer(
  engine: Engine,
  plan: ContainerCreateOptions & { name: string },
  role: 'hub' | 'node',
  secrets: GridSecrets,
): Promise<Container> {
  // The engine makes the container even if the call is given up: then it is removed as soon as it is there.
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

/** Ends a container at once and removes it with its volumes. Does nothing if it is gone. */
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

/** Lets a container end by itself, and removes it. */
export async function stopAndRemove(engine: Engine, id: string): Promise<void> {
  await ifThere(
    engine
      .call(`stop ${id.slice(0, 12)}`, async () => await engine.docker.getContainer(id).stop({ t: STOP_GRACE_SECONDS }))
      .catch((error: unknown) => {
        // 304: it has ended already. A paused container can't end by itself.
        if (!(error instanceof EngineRefusal)) throw error;
      }),
  );
  await removeContainer(engine, id);
}

/** Runs a program in a container to its end. Returns whether it succeeded. */
export async function runInContainer(engine: Engine, id: string, command: readonly string[]): Promise<boolean> {
  return await engine.call(`run ${command[0]} in ${id.slice(0, 12)}`, async () => {
    const exec = await engine.docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true });
    const stream = await exec.start({});
    stream.resume();
    await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
    return (await exec.inspect()).ExitCode === 0;
  });
}

/** The last lines of a container's log. Empty if there is no such container, or if it is being removed. */
export async function lastLines(engine: Engine, id: string, count: number): Promise<string> {
  const log = await ifThere(
    engine.call(
      `read the log of ${id.slice(0, 12)}`,
      async () => await engine.docker.getContainer(id).logs({ stdout: true, stderr: true, tail: count }),
    ),
  ).catch((error: unknown) => {
    if (error instanceof EngineRefusal && error.status === 409) return undefined;
    throw error;
  });
  return log === undefined ? '' : demultiplexed(log);
}

/** The text of an engine's log. Each frame of the log has a header of eight bytes. */
export function demultiplexed(log: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const length = log.readUInt32BE(at + 4);
    parts.push(log.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return parts.join('');
}
