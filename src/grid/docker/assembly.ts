import { GridrunError, refusal } from '../../core/fault.ts';
import { freePort } from '../../os/free-port.ts';
import { addNode, autoSessionsPerNode, freeNumbers, uriOfNode } from './add-node.ts';
import { hubContainer } from './container-plan.ts';
import { removeContainer, startContainer } from './containers.ts';
import { EngineRefusal, isPortTaken, type Engine } from './engine.ts';
import { hubAccess, type HubAccess } from './hub-api.ts';
import type { GridImage } from './image.ts';
import { readInventory, type GridContainer, type GridInventory } from './inventory.ts';
import { createNetwork } from './network.ts';
import { untilReady, type Expected } from './ready.ts';
import { newSecrets, readSecrets, type GridSecrets } from './secrets.ts';
import type { GridUpOptions } from './up.ts';

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

export interface GridImages {
  readonly hub: GridImage;
  readonly node: GridImage;
}

interface Hub {
  readonly container: GridContainer;
  readonly secrets: GridSecrets;
}

const READY_DEADLINE_MS = 90_000;
const PORT_TRIES = 5;

/** Completes one grid: keeps what works, removes what does not, and makes what is missing. */
export class Assembly {
  /** The ids of the containers that were made. */
  readonly madeIds: string[] = [];
  /** The hub was there and stays, so the sessions on it must not be cut. */
  keptHub = false;
  /** Whether a network or a container was made or revived. */
  #hasMade = false;
  readonly #notices = new Set<string>();
  readonly #engine: Engine;
  readonly #options: GridUpOptions;
  readonly #images: GridImages;

  constructor(engine: Engine, options: GridUpOptions, images: GridImages) {
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

  /** Returns when the hub has every slot. Throws a `GridrunError`; `madeIds` then says what to remove. */
  async complete(before: GridInventory): Promise<RunningGrid> {
    const { name, nodes: wanted, sessionsPerNode: asked, owner, onProgress } = this.#options;
    if (before.networkIds.length === 0) {
      await createNetwork(this.#engine, name, owner);
      this.#hasMade = true;
    }
    const { container: hub, secrets } = await this.#ensureHub(before);
    const kept = this.keptHub ? await this.#keepNodes(before) : [];
    const sessionsPerNode =
      kept[0]?.sessions ?? (asked === 'auto' ? await autoSessionsPerNode(this.#engine, wanted) : asked);
    const missing = freeNumbers(kept, wanted - kept.length);
    const added = await Promise.all(missing.map(async (node) => await this.#addNode(node, sessionsPerNode, secrets)));
    const nodes: Expected[] = [
      ...kept.map(({ id, name: own, node, sessions }) => ({ id, name: own, uri: uriOfNode(node), slots: sessions })),
      ...added,
    ];
    if (this.#hasMade) onProgress?.(`waiting for ${nodes.length} nodes of the grid '${name}'`);
    const access = hubAccess(secrets, hub.listen, hub.port!);
    await untilReady(this.#engine, access, [{ id: hub.id, name: hub.name }, ...nodes], {
      deadlineMs: this.#options.readyDeadlineMs ?? READY_DEADLINE_MS,
      signal: this.#options.signal,
    });
    const { origin: shown } = new URL(access.url);
    const notices = [...this.#notices];
    return { ...access, name, shown, nodes: nodes.length, sessionsPerNode, notices };
  }

  async #ensureHub(before: GridInventory): Promise<Hub> {
    const kept = before.hub === undefined ? undefined : await this.#keepHub(before.hub);
    if (kept !== undefined) {
      this.keptHub = true;
      return kept;
    }
    // Without its hub the rest is useless: the nodes know the secret of the old hub.
    const old = [...(before.hub === undefined ? [] : [before.hub]), ...before.nodes];
    await Promise.all(old.map(({ id }) => removeContainer(this.#engine, id)));
    const { name } = this.#options;
    const secrets = newSecrets();
    const made = await this.#startHub(secrets);
    const { hub: container } = await readInventory(this.#engine, name);
    if (container?.id !== made || container.port === undefined)
      throw new GridrunError('grid.not-ready', `something removed the hub of the grid '${name}' while it was starting`);
    return { container, secrets };
  }

  /** The hub with its secrets, or undefined if it can't be used again. Throws a refusal if it is on another port. */
  async #keepHub(hub: GridContainer): Promise<Hub | undefined> {
    const container = await this.#revive(hub);
    if (container?.port === undefined) return undefined;
    const handle = this.#engine.docker.getContainer(container.id);
    const secrets = await readSecrets(this.#engine, handle, container.labels);
    if (secrets === undefined) return undefined;
    const { port, name } = this.#options;
    if (port !== 0 && container.port !== port) {
      throw refusal('grid.other-port', `the grid '${name}' is up on port ${container.port}, not ${port}`, {
        hint: `use --port ${container.port}, another --name, or gridrun grid down --name ${name}`,
      });
    }
    return { container, secrets };
  }

  async #startHub(secrets: GridSecrets): Promise<string> {
    const { name, owner, listen = '127.0.0.1', openBus = false } = this.#options;
    for (let tries = 1; ; tries++) {
      const port = this.#options.port === 0 ? await freePort() : this.#options.port;
      const plan = hubContainer({ grid: name, image: this.#images.hub, secrets, owner, port, listen, openBus });
      try {
        const container = await startContainer(this.#engine, plan, 'hub', secrets);
        this.madeIds.push(container.id);
        this.#hasMade = true;
        return container.id;
      } catch (error) {
        if (!isPortTaken(error)) throw error;
        if (this.#options.port === 0 && tries < PORT_TRIES) continue;
        throw refusal('grid.port-taken', `port ${port} of ${listen} is taken by another program`, {
          hint: 'pass another one with --port',
        });
      }
    }
  }

  /** Keeps the nodes that work or can be made to work, and removes the others. */
  async #keepNodes(before: GridInventory): Promise<GridContainer[]> {
    const kept: GridContainer[] = [];
    for (const node of before.nodes) {
      // A node without a number belongs to another tool.
      if (node.node === 0) continue;
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
      if (error instanceof EngineRefusal) return undefined;
      throw error;
    }
    this.#hasMade = true;
    const inventory = await readInventory(this.#engine, container.grid);
    return [inventory.hub, ...inventory.nodes].find((known) => known?.id === container.id);
  }

  async #addNode(node: number, sessions: number, secrets: GridSecrets): Promise<Expected> {
    const { name: grid, owner } = this.#options;
    const plan = { grid, image: this.#images.node, secrets, owner, node, sessions };
    const { id, notices, expected } = await addNode(this.#engine, plan);
    this.madeIds.push(id);
    this.#hasMade = true;
    for (const notice of notices) this.#notices.add(notice);
    return expected;
  }
}
