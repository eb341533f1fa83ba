import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { GridrunError, refusal } from '../../core/fault.ts';
import { addNode, freeNumbers, uriOfNode } from './add-node.ts';
import { hubContainer } from './container-plan.ts';
import { removeContainer, startContainer } from './containers.ts';
import { gridDown } from './down.ts';
import { EngineRefusal, openEngine, type Engine } from './engine.ts';
import { hubAccess, type HubAccess } from './hub-api.ts';
import { ensureGivenImage, ensureOwnImage, type GridImage } from './image.ts';
import { readInventory, type GridContainer, type GridInventory } from './inventory.ts';
import { isGridName, LABEL, networkName } from './labels.ts';
import { untilReady, type Expected } from './ready.ts';
import { newSecrets, readSecrets, type GridSecrets } from './secrets.ts';

export interface GridUpOptions {
  readonly name: string;
  readonly nodes: number;
  readonly sessionsPerNode: number | 'auto';
  /** On this machine; 0 takes a free one. */
  readonly port: number;
  /** The address the hub listens on: loopback, unless the user asked for another. */
  readonly listen?: string | undefined;
  /** Also opens the event bus' ports, for nodes on other machines. */
  readonly openBus?: boolean;
  /** For nodes, and for hubs, instead of this package's own. */
  readonly image?: string | undefined;
  readonly hubImage?: string | undefined;
  /** What this package's image is made from. */
  readonly base?: string | undefined;
  /** `ownerLabel()` of a grid that must not outlive this process. */
  readonly owner?: string;
  readonly readyDeadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/** A grid that is up. */
export interface RunningGrid extends HubAccess {
  readonly name: string;
  /** For people: the URL without its credentials. */
  readonly shown: string;
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** What this call made; nothing where the grid was whole. */
  readonly made: readonly string[];
  /** What a person should know: a sandbox that is off, an image that is untried. */
  readonly notices: readonly string[];
}

const READY_DEADLINE_MS = 90_000;
/** What a page is kept from by name: node-1 to node-99. */
const MAX_NODES = 99;

/**
 * Brings a grid up: network, hub, nodes; returns when the hub has every slot. Said twice it changes nothing; half a
 * grid is completed. Where it can't be, what this call made is undone, and a grid that was not whole before is taken
 * away. Throws a `GridrunError`.
 */
export async function gridUp(options: GridUpOptions): Promise<RunningGrid> {
  checkOptions(options);
  const engine = await openEngine(options.signal);
  const images = await readImages(engine, options);
  const before = await readInventory(engine, options.name);
  const wholeBefore = before.hub?.state === 'running' && before.nodes.some(({ state }) => state === 'running');
  const work = new Assembly(engine, options, images);
  try {
    return await work.complete(before);
  } catch (error) {
    if (wholeBefore && work.keptHub)
      await Promise.allSettled(work.madeIds.map((id) => removeContainer(engine.with(undefined), id)));
    else await gridDown(options.name, { engine: engine.with(undefined) }).catch(() => {});
    if (options.signal?.aborted)
      throw new GridrunError('grid.stopped', `stopped before the grid '${options.name}' was up`, { cause: error });
    throw error;
  }
}

function checkOptions(options: GridUpOptions): void {
  const mistakes = [
    ...(isGridName(options.name)
      ? []
      : [`'${options.name}' is no name for a grid: use a to z, 0 to 9 and -, at most 41 of them`]),
    ...(Number.isInteger(options.nodes) && options.nodes >= 1 && options.nodes <= MAX_NODES
      ? []
      : [`${options.nodes} nodes: give 1 to ${MAX_NODES}`]),
    ...(options.sessionsPerNode === 'auto' ||
    (Number.isInteger(options.sessionsPerNode) && options.sessionsPerNode >= 1)
      ? []
      : [`${options.sessionsPerNode} sessions a node: give at least 1, or auto`]),
    ...(Number.isInteger(options.port) && options.port >= 0 && options.port <= 65_535
      ? []
      : [`${options.port} is no port`]),
  ];
  if (mistakes.length > 0) throw refusal('grid.bad-options', 'the grid can’t be as it was asked for', { mistakes });
}

interface Images {
  readonly hub: GridImage;
  readonly node: GridImage;
}

async function readImages(engine: Engine, options: GridUpOptions): Promise<Images> {
  const { image, hubImage, base, onProgress } = options;
  const more = { ...(base === undefined ? {} : { base }), ...(onProgress === undefined ? {} : { onProgress }) };
  const node = image === undefined ? await ensureOwnImage(engine, more) : await ensureGivenImage(engine, image, more);
  if (hubImage !== undefined) return { node, hub: await ensureGivenImage(engine, hubImage, more) };
  // Another's node image says nothing of being a hub.
  return { node, hub: node.ours ? node : await ensureOwnImage(engine, more) };
}

/** One `gridUp` at work. */
class Assembly {
  readonly madeIds: string[] = [];
  /** The hub was there and stays: what runs on it must not be cut. */
  keptHub = false;
  readonly #made: string[] = [];
  readonly #notices: string[] = [];
  readonly #engine: Engine;
  readonly #options: GridUpOptions;
  readonly #images: Images;

  constructor(engine: Engine, options: GridUpOptions, images: Images) {
    this.#engine = engine;
    this.#options = options;
    this.#images = images;
    for (const image of new Set([images.hub, images.node])) {
      if (!image.ours)
        this.#notices.push(
          `${image.ref} is not gridrun's image: it is started with its own command and configured by SE_* variables alone, which is untried with it`,
        );
    }
  }

  async complete(before: GridInventory): Promise<RunningGrid> {
    const { name, nodes: wanted, onProgress } = this.#options;
    await this.#ensureNetwork(before);
    const { hub, secrets } = await this.#ensureHub(before);
    const kept = this.keptHub ? await this.#keepNodes(before) : [];
    const sessionsPerNode = kept[0]?.sessions ?? (await sessionsPerNodeOf(this.#engine, this.#options));
    const missing = freeNumbers(kept, wanted - kept.length);
    const added = await Promise.all(missing.map(async (node) => await this.#addNode(node, sessionsPerNode, secrets)));
    const access = hubAccess(secrets, hub.listen, hub.port!);
    const expected: Expected[] = [
      { id: hub.id, name: hub.name },
      ...kept.map(({ id, name: own, node, sessions }) => ({ id, name: own, uri: uriOfNode(node), slots: sessions })),
      ...added,
    ];
    if (this.#made.length > 0) onProgress?.(`waiting for ${expected.length - 1} nodes of the grid '${name}'`);
    await untilReady(this.#engine, access, expected, {
      deadlineMs: this.#options.readyDeadlineMs ?? READY_DEADLINE_MS,
      signal: this.#options.signal,
    });
    const shown = new URL(access.url);
    shown.username = '';
    shown.password = '';
    return {
      ...access,
      name,
      shown: shown.origin,
      nodes: expected.length - 1,
      sessionsPerNode,
      made: this.#made,
      notices: this.#notices,
    };
  }

  async #ensureNetwork(before: GridInventory): Promise<void> {
    if (before.networkIds.length > 0) return;
    const { name, owner } = this.#options;
    const network = networkName(name);
    await this.#engine
      .call(
        `create the network ${network}`,
        async (abortSignal) =>
          await this.#engine.docker.createNetwork({
            Name: network,
            CheckDuplicate: true,
            Labels: {
              [LABEL.grid]: name,
              [LABEL.role]: 'network',
              ...(owner === undefined ? {} : { [LABEL.owner]: owner }),
            },
            abortSignal,
          }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof EngineRefusal) || error.status !== 409) throw error;
      });
    this.#made.push(network);
  }

  async #ensureHub(before: GridInventory): Promise<{ hub: GridContainer; secrets: GridSecrets }> {
    const { port, name } = this.#options;
    const known = before.hub === undefined ? undefined : await this.#revive(before.hub);
    if (known !== undefined) {
      const secrets = await readSecrets(this.#engine, this.#engine.docker.getContainer(known.id), known.labels);
      if (secrets !== undefined && known.port !== undefined) {
        if (port !== 0 && known.port !== port) {
          throw refusal('grid.other-port', `the grid '${name}' is up on port ${known.port}, not ${port}`, {
            hint: `use --port ${known.port}, another --name, or gridrun grid down --name ${name}`,
          });
        }
        this.keptHub = true;
        return { hub: known, secrets };
      }
    }
    // Without its hub the rest is of no use: its nodes know another secret.
    const old = [...(before.hub === undefined ? [] : [before.hub]), ...before.nodes];
    await Promise.all(old.map(({ id }) => removeContainer(this.#engine, id)));
    const secrets = newSecrets();
    const made = await this.#startHub(secrets);
    const hub = (await readInventory(this.#engine, name)).hub;
    if (hub?.id !== made || hub.port === undefined)
      throw new GridrunError('grid.not-ready', `the hub of '${name}' was taken away while it was starting`);
    return { hub, secrets };
  }

  async #startHub(secrets: GridSecrets): Promise<string> {
    const { name, owner, listen = '127.0.0.1', openBus = false } = this.#options;
    for (let tries = 1; ; tries++) {
      const port = this.#options.port === 0 ? await freePort() : this.#options.port;
      const plan = hubContainer({ grid: name, image: this.#images.hub, secrets, owner, port, listen, openBus });
      try {
        const container = await startContainer(this.#engine, plan, 'hub', secrets);
        this.madeIds.push(container.id);
        this.#made.push(plan.name);
        return container.id;
      } catch (error) {
        const taken =
          error instanceof EngineRefusal && /port is already allocated|address already in use/i.test(error.message);
        if (taken && this.#options.port === 0 && tries < 5) continue;
        if (taken)
          throw refusal('grid.port-taken', `port ${port} of ${listen} is taken by another program`, {
            hint: 'give another with --port',
          });
        throw error;
      }
    }
  }

  /** The nodes that can stay; what can't be brought back to life is removed. */
  async #keepNodes(before: GridInventory): Promise<GridContainer[]> {
    const kept: GridContainer[] = [];
    for (const node of before.nodes) {
      const alive = node.node > 0 ? await this.#revive(node) : undefined;
      if (alive !== undefined) kept.push(alive);
      else if (node.node > 0) await removeContainer(this.#engine, node.id);
    }
    return kept;
  }

  /** A container that runs, made to run where that can be; undefined where it can't. */
  async #revive(container: GridContainer): Promise<GridContainer | undefined> {
    if (container.state === 'running') return container;
    if (container.state !== 'paused' && container.role === 'node') return undefined;
    const handle = this.#engine.docker.getContainer(container.id);
    const done = await this.#engine
      .call(
        `revive ${container.name}`,
        async () => await (container.state === 'paused' ? handle.unpause() : handle.start()),
      )
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof EngineRefusal) return false;
          throw error;
        },
      );
    if (!done) return undefined;
    this.#made.push(container.name);
    const inventory = await readInventory(this.#engine, container.grid);
    return [inventory.hub, ...inventory.nodes].find((known) => known?.id === container.id);
  }

  async #addNode(node: number, sessions: number, secrets: GridSecrets): Promise<Expected> {
    const { id, notices, expected } = await addNode(this.#engine, {
      grid: this.#options.name,
      image: this.#images.node,
      secrets,
      owner: this.#options.owner,
      node,
      sessions,
    });
    this.madeIds.push(id);
    this.#made.push(expected.name);
    for (const notice of notices) if (!this.#notices.includes(notice)) this.#notices.push(notice);
    return expected;
  }
}

/** As many sessions over all nodes as the engine's machine has cores, at least one a node. */
async function sessionsPerNodeOf(engine: Engine, options: GridUpOptions): Promise<number> {
  if (options.sessionsPerNode !== 'auto') return options.sessionsPerNode;
  const { NCPU } = (await engine.call('tell about itself', async () => await engine.docker.info())) as { NCPU: number };
  return Math.max(1, Math.ceil(NCPU / options.nodes));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
