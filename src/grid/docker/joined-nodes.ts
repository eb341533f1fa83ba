import { setTimeout as delay } from 'node:timers/promises';
import { GridrunError, refusal } from '../../core/fault.ts';
import { WireClient } from '../../wire/wire-client.ts';
import { joinedNodeContainer, readSeccomp, type JoinedNodePlan } from './container-plan.ts';
import { lastLines, removeContainer, startContainer } from './containers.ts';
import { isPortTaken, type Engine } from './engine.ts';
import { readHub } from './hub-api.ts';
import type { GridImage } from './image.ts';
import { foreignGrid } from './down.ts';
import { readInventory } from './inventory.ts';
import type { DistantHub, GridJoinOptions } from './join-options.ts';
import { refuseOtherJoin } from './other-join.ts';
import { createNetwork, removeNetwork } from './network.ts';

const READY_DEADLINE_MS = 60_000;
const STATUS_DEADLINE_MS = 5000;
const POLL_MS = 300;
const LOG_LINES = 15;

/** The nodes of this machine that belong to a hub on another one. */
export class JoinedNodes {
  /** The URLs by which the hub knows the nodes. */
  readonly uris: readonly string[];
  readonly #engine: Engine;
  readonly #name: string;
  readonly #hub: DistantHub;
  readonly #options: GridJoinOptions;
  readonly #madeIds: string[] = [];
  #madeNetworkId: string | undefined;

  constructor(engine: Engine, name: string, hub: DistantHub, options: GridJoinOptions) {
    this.#engine = engine;
    this.#name = name;
    this.#hub = hub;
    this.#options = options;
    const { advertise, port, nodes } = options;
    this.uris = Array.from({ length: nodes }, (_, index) => `http://${advertise}:${port + index}`);
  }

  /**
   * Starts every node that does not run. Throws a refusal if those that run were started otherwise, or if a port is
   * taken.
   */
  async start(image: GridImage): Promise<void> {
    const before = await readInventory(this.#engine, this.#name);
    if (before.foreign.length > 0) throw foreignGrid(before);
    await refuseOtherJoin(this.#engine, before, { ...this.#options, image });
    if (before.networkIds.length === 0) this.#madeNetworkId = await createNetwork(this.#engine, this.#name, undefined);
    const seccomp = await readSeccomp();
    for (let node = 1; node <= this.#options.nodes; node++) {
      const known = before.nodes.find((container) => container.node === node);
      if (known?.state === 'running') continue;
      if (known !== undefined) await removeContainer(this.#engine, known.id);
      await this.#startNode(this.#planOf(node, image, seccomp));
    }
  }

  /** Removes what `start` made, and nothing that was there before. Never throws. */
  async undo(): Promise<void> {
    const engine = this.#engine.with(undefined);
    await Promise.allSettled(this.#madeIds.map((id) => removeContainer(engine, id)));
    if (this.#madeNetworkId !== undefined) await removeNetwork(engine, this.#madeNetworkId).catch(() => {});
  }

  /** Waits until the hub has every node. Throws a `GridrunError` that says what keeps a node from joining. */
  async untilJoined(): Promise<void> {
    const { readyDeadlineMs = READY_DEADLINE_MS, signal } = this.#options;
    const until = performance.now() + readyDeadlineMs;
    for (;;) {
      const status = await readHub(this.#hub.access, signal).catch(() => undefined);
      const missing = this.uris.filter((uri) => !status?.nodes.some((node) => node.uri === uri && node.up));
      if (missing.length === 0) return;
      if (performance.now() > until) throw await this.#notJoined(missing);
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }

  #planOf(node: number, image: GridImage, seccomp: string): JoinedNodePlan {
    const { registrationSecret, sessionsPerNode, advertise, port } = this.#options;
    const { url, busPorts } = this.#hub;
    return {
      grid: this.#name,
      image,
      secrets: { username: '', password: '', registration: registrationSecret },
      node,
      sessions: sessionsPerNode,
      seccomp,
      hubHost: url.hostname,
      hubUrl: url.origin,
      advertise,
      port: port + node - 1,
      publishPort: busPorts.publish,
      subscribePort: busPorts.subscribe,
    };
  }

  async #startNode(plan: JoinedNodePlan): Promise<void> {
    const container = joinedNodeContainer(plan);
    const { id } = await startContainer(this.#engine, container, 'node', plan.secrets).catch((error: unknown) => {
      if (!isPortTaken(error)) throw error;
      throw refusal('grid.port-taken', `port ${plan.port} of this machine is taken by another program`, {
        hint: 'pass another first port with --port',
      });
    });
    this.#madeIds.push(id);
  }

  /** Says which way is closed, as far as this machine can see. */
  async #notJoined(missing: readonly string[]): Promise<GridrunError> {
    const { advertise, registrationSecret, port, nodes } = this.#options;
    const { origin } = this.#hub.url;
    const answersHere = await isNode(missing[0] ?? '');
    const node = (await readInventory(this.#engine, this.#name)).nodes[0];
    const log = node === undefined ? '' : await lastLines(this.#engine, node.id, LOG_LINES);
    const message = answersHere
      ? `the hub at ${origin} has not taken ${missing.join(', ')}: it cannot open that address, or its registration secret is different`
      : `--advertise ${advertise} is wrong: nothing answers at ${missing.join(', ')}, not even from this machine, so the hub at ${origin} cannot reach the nodes there`;
    return new GridrunError(
      answersHere ? 'grid.not-joined' : 'grid.bad-advertise',
      `${message}\n--- last lines of the node's log:\n${log.replaceAll(registrationSecret, '***').trimEnd()}`,
      {
        hint: `pass the name or IP address at which the hub reaches this machine, and open ports ${port} to ${port + nodes - 1} to the hub`,
      },
    );
  }
}

/** Whether a node answers there. Another program that answers is not the node that was started. */
async function isNode(uri: string): Promise<boolean> {
  const value = await new WireClient(uri)
    .send('GET', '/status', undefined, { deadlineMs: STATUS_DEADLINE_MS })
    .catch(() => undefined);
  return (value as { node?: unknown } | undefined)?.node !== undefined;
}
