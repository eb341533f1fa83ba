import { GridrunError, refusal } from '../../core/fault.ts';
import { freePort, isPortFree } from '../../os/free-port.ts';
import { addNode, autoSessionsPerNode, freeNumbers, uriOfNode } from './add-node.ts';
import { hubContainer } from './container-plan.ts';
import { removeContainer, startContainer } from './containers.ts';
import { EngineRefusal, isAddressUnknown, isPortTaken, type Engine } from './engine.ts';
import { hubAccess, type HubAccess } from './hub-api.ts';
import type { GridImages } from './image.ts';
import { readInventory, type GridContainer, type GridInventory } from './inventory.ts';
import { checkOpenPorts, hubBinding } from './listen.ts';
import { createNetwork, removeNetwork } from './network.ts';
import { untilReady, type Expected } from './ready.ts';
import { startSteps } from './room.ts';
import { countOf } from '../../core/count-of.ts';
import { newSecrets, readSecrets, type GridSecrets } from './secrets.ts';
import type { Wanted } from './up-options.ts';

/** A grid that is up. */
export interface RunningGrid extends HubAccess {
  readonly name: string;
  /** For people: the URL without its credentials. */
  readonly shown: string;
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** What the user should know: a sandbox that is off, an image that is not tested. */
  readonly notices: readonly string[];
}

interface Hub {
  readonly container: GridContainer;
  readonly secrets: GridSecrets;
}

const READY_DEADLINE_MS = 90_000;
const PORT_TRIES = 5;

/** Completes one grid: keeps what works, removes what does not, and makes what is missing. */
export class Assembly {
  readonly #madeIds: string[] = [];
  #madeNetworkId: string | undefined;
  /** The hub was there and stays, so its nodes may stay too. */
  #keptHub = false;
  /** Whether a network or a container was made or revived. */
  #hasMade = false;
  readonly #notices = new Set<string>();
  readonly #engine: Engine;
  readonly #options: Wanted;
  readonly #images: GridImages;

  constructor(engine: Engine, options: Wanted, images: GridImages) {
    this.#engine = engine;
    this.#options = options;
    this.#images = images;
    for (const { ref, ours } of [images.hub, images.node]) {
      if (ours) continue;
      this.#notices.add(
        `${ref} is not gridrun's image: it runs its own command with SE_* variables, which is not tested with it`,
      );
    }
  }

  /** Returns when the hub has every slot. Throws a `GridrunError`; then call `undo`. */
  async complete(before: GridInventory): Promise<RunningGrid> {
    const { name, nodes: wanted, sessionsPerNode: asked, owner } = this.#options;
    if (before.networkIds.length === 0) {
      this.#madeNetworkId = await createNetwork(this.#engine, name, owner);
      this.#hasMade = true;
    }
    const { container: hub, secrets } = await this.#ensureHub(before);
    const { listen } = await hubBinding(this.#engine, hub.id);
    await checkOpenPorts(this.#engine, hub.id, listen);
    const kept = this.#keptHub ? await this.#keepNodes(before) : [];
    const sessionsPerNode =
      kept[0]?.sessions ?? (asked === 'auto' ? await autoSessionsPerNode(this.#engine, wanted) : asked);
    const access = hubAccess(secrets, hub.listen, hub.port!);
    const ready: Expected[] = [{ id: hub.id, name: hub.name }, ...kept.map(expectedOf)];
    const steps = await startSteps(this.#engine, freeNumbers(kept, wanted - kept.length));
    for (const numbers of steps) {
      ready.push(...(await this.#addNodes(numbers, sessionsPerNode, secrets)));
      await this.#untilReady(access, ready);
    }
    if (steps.length === 0) await this.#untilReady(access, ready);
    const { origin: shown } = new URL(access.url);
    return { ...access, name, shown, nodes: ready.length - 1, sessionsPerNode, notices: [...this.#notices] };
  }

  /** Removes what this assembly made, and nothing that was there before. Never throws. */
  async undo(): Promise<void> {
    const engine = this.#engine.with(undefined);
    await Promise.allSettled(this.#madeIds.map((id) => removeContainer(engine, id)));
    if (this.#madeNetworkId !== undefined) await removeNetwork(engine, this.#madeNetworkId).catch(() => {});
  }

  async #untilReady(access: HubAccess, expected: readonly Expected[]): Promise<void> {
    const { name, readyDeadlineMs: deadlineMs = READY_DEADLINE_MS, signal, onProgress } = this.#options;
    if (this.#hasMade) onProgress?.(`waiting for ${countOf(expected.length - 1, 'node')} of the grid '${name}'`);
    await untilReady(this.#engine, access, expected, { deadlineMs, signal });
  }

  async #ensureHub(before: GridInventory): Promise<Hub> {
    const kept = before.hub === undefined ? undefined : await this.#keepHub(before.hub);
    if (kept !== undefined) {
      this.#keptHub = true;
      return kept;
    }
    // Without its hub the rest is useless: the nodes know the secret of the old hub.
    const old = [...(before.hub === undefined ? [] : [before.hub]), ...before.nodes];
    if (old.length > 0 && before.hub?.state !== 'running') await this.#refuseTakenPort();
    await Promise.all(old.map(({ id }) => removeContainer(this.#engine, id)));
    const { name } = this.#options;
    const secrets = newSecrets();
    const made = await this.#startHub(secrets);
    const { hub: container } = await readInventory(this.#engine, name);
    if (container?.id !== made || container.port === undefined)
      throw new GridrunError('grid.not-ready', `something removed the hub of the grid '${name}' while it was starting`);
    return { container, secrets };
  }

  /** The hub with its secrets, or undefined if it can't be used again. */
  async #keepHub(hub: GridContainer): Promise<Hub | undefined> {
    const container = await this.#revive(hub);
    if (container?.port === undefined) return undefined;
    const handle = this.#engine.docker.getContainer(container.id);
    const secrets = await readSecrets(this.#engine, handle, container.labels);
    return secrets === undefined ? undefined : { container, secrets };
  }

  /** Before the rest of a broken grid is removed: the new hub must be able to have its port. */
  async #refuseTakenPort(): Promise<void> {
    const { port, listen } = this.#options;
    if (port !== 0 && !(await isPortFree(port, listen))) throw this.#portTaken(port);
  }

  #portTaken(port: number): GridrunError {
    const { listen, openBus } = this.#options;
    const ports = openBus ? `one of the ports ${port}, 4442 and 4443` : `port ${port}`;
    return refusal('grid.port-taken', `${ports} of ${listen} is taken by another program`, {
      hint: 'pass another one with --port',
    });
  }

  async #startHub(secrets: GridSecrets): Promise<string> {
    const { name, owner, listen, openBus } = this.#options;
    for (let tries = 1; ; tries++) {
      const port = this.#options.port === 0 ? await freePort() : this.#options.port;
      const plan = hubContainer({ grid: name, image: this.#images.hub, secrets, owner, port, listen, openBus });
      try {
        const container = await startContainer(this.#engine, plan, 'hub', secrets);
        this.#madeIds.push(container.id);
        this.#hasMade = true;
        return container.id;
      } catch (error) {
        if (isAddressUnknown(error))
          throw refusal('grid.bad-options', `this machine does not have the address of --listen ${listen}`);
        if (!isPortTaken(error)) throw error;
        if (this.#options.port === 0 && tries < PORT_TRIES) continue;
        throw this.#portTaken(port);
      }
    }
  }

  /** Keeps the nodes that work or can be made to work, and removes the others. */
  async #keepNodes(before: GridInventory): Promise<GridContainer[]> {
    const kept: GridContainer[] = [];
    for (const node of before.nodes) {
      const alive = await this.#revive(node);
      if (alive !== undefined) kept.push(alive);
      else await removeContainer(this.#engine, node.id);
    }
    return kept;
  }

  /** Makes a container run if it can, and returns it as it is then. Returns undefined if it can't. */
  async #revive(container: GridContainer): Promise<GridContainer | undefined> {
    if (container.state === 'running') return container;
    const isPaused = container.state === 'paused';
    if (!isPaused && container.role === 'node') return undefined;
    const handle = this.#engine.docker.getContainer(container.id);
    try {
      await this.#engine.call(
        `start ${container.name} again`,
        async () => await (isPaused ? handle.unpause() : handle.start()),
      );
    } catch (error) {
      // A hub whose port is taken works again as soon as the port is free. It must not be made anew.
      if (isPortTaken(error) && container.role === 'hub')
        throw this.#portTaken((await hubBinding(this.#engine, container.id)).port);
      if (error instanceof EngineRefusal) return undefined;
      throw error;
    }
    this.#hasMade = true;
    const inventory = await readInventory(this.#engine, container.grid);
    return [inventory.hub, ...inventory.nodes].find((known) => known?.id === container.id);
  }

  /** Starts nodes at the same time. If one fails, throws when none is starting any more, so that `undo` knows them all. */
  async #addNodes(numbers: readonly number[], sessions: number, secrets: GridSecrets): Promise<Expected[]> {
    const { name: grid, owner } = this.#options;
    this.#hasMade = true;
    const results = await Promise.allSettled(
      numbers.map(async (node) => {
        const plan = { grid, image: this.#images.node, secrets, owner, node, sessions };
        const { id, notices, expected } = await addNode(this.#engine, plan);
        this.#madeIds.push(id);
        for (const notice of notices) this.#notices.add(notice);
        return expected;
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }
}

function expectedOf({ id, name, node, sessions }: GridContainer): Expected {
  return { id, name, uri: uriOfNode(node), slots: sessions };
}
