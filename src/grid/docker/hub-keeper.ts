import { GridrunError } from '../../core/fault.ts';
import { ChangeLock } from './change-lock.ts';
import { hubContainer } from './container-plan.ts';
import { startContainer } from './containers.ts';
import { EngineRefusal, type Engine } from './engine.ts';
import { endingOf, lastWords } from './ending.ts';
import { hubAccess } from './hub-api.ts';
import { readInventory, type GridContainer, type GridInventory } from './inventory.ts';
import { LABEL, networkName } from './labels.ts';
import { hubBinding, type HubBinding } from './listen.ts';
import type { FoundGrid } from './open-grid.ts';
import { readSecrets, type GridSecrets } from './secrets.ts';

/** A hub that ends again and again is not started for ever. */
const MAX_REVIVALS = 5;
/** How often the engine may refuse to start it. */
const MAX_FAILURES = 3;
/** A hub that has not replied for so long does not reply any more. */
const SILENT_MS = 30_000;

export interface HubKeeperOptions {
  readonly grid: string;
  readonly engine: Engine;
  /** The grid was made for this run. One that the user made may be taken down by its user. */
  readonly isOwn: boolean;
  readonly onLost: (text: string) => void;
}

/** A hub as it was when it worked. */
interface KnownHub {
  readonly hub: GridContainer;
  readonly secrets: GridSecrets;
  readonly binding: HubBinding;
}

/**
 * Keeps the hub of a grid at work: starts it again if it has ended, was paused, was cut off its network or does not reply
 * any more, and makes it anew, with the same port and secrets, if it was removed.
 */
export class HubKeeper {
  readonly #options: HubKeeperOptions;
  #known: KnownHub | undefined;
  #revivalCount = 0;
  #failureCount = 0;
  /** The last look has found it lost, too. Docker's own restart of a container takes a moment. */
  #wasLost = false;
  #silentSince: number | undefined;

  constructor(options: HubKeeperOptions) {
    this.#options = options;
  }

  /**
   * Returns the grid if its hub runs. If it does not, starts it and returns undefined. Throws `grid.gone` if the grid
   * cannot be had any more.
   */
  async keep(inventory: GridInventory): Promise<FoundGrid | undefined> {
    const { hub } = inventory;
    const { engine } = this.#options;
    if (hub?.state === 'running' && hub.port !== undefined) {
      this.#wasLost = false;
      const known = this.#known?.hub.id === hub.id ? this.#known : await this.#learn(hub);
      if (known === undefined) return undefined;
      const access = hubAccess(known.secrets, hub.listen, hub.port);
      return { engine, inventory, hub, access, secrets: known.secrets };
    }
    // One that another tool has made is that tool's to start.
    if (hub?.isOurs === false) return undefined;
    if (this.#wasLost) await this.#reviveAlone(inventory);
    this.#wasLost = true;
    return undefined;
  }

  /** The hub has replied. */
  replied(): void {
    this.#silentSince = undefined;
  }

  /** The hub runs, but has not replied. Starts it again if that lasts. */
  async silent({ hub, inventory }: FoundGrid): Promise<void> {
    const now = performance.now();
    this.#silentSince ??= now;
    if (now - this.#silentSince < SILENT_MS || !hub.isOurs) return;
    this.#silentSince = undefined;
    const { engine } = this.#options;
    this.#count(inventory, hub, `has not replied for ${SILENT_MS / 1000} s`);
    await engine.call(
      `start ${hub.name} again`,
      async () => await engine.docker.getContainer(hub.id).restart({ t: 1 }),
    );
  }

  async #learn(hub: GridContainer): Promise<KnownHub | undefined> {
    const { engine } = this.#options;
    const secrets = await readSecrets(engine, engine.docker.getContainer(hub.id), hub.labels);
    if (secrets === undefined) return undefined;
    this.#known = { hub, secrets, binding: await hubBinding(engine, hub.id) };
    return this.#known;
  }

  /** Leaves the hub alone while another gridrun changes the grid, and if one has changed the hub since the last look. */
  async #reviveAlone(seen: GridInventory): Promise<void> {
    const { engine, grid } = this.#options;
    using lock = ChangeLock.try(grid);
    if (lock === undefined) return;
    const inventory = await readInventory(engine, grid);
    if (inventory.hub?.id === seen.hub?.id && inventory.hub?.state === seen.hub?.state) await this.#revive(inventory);
  }

  async #revive(inventory: GridInventory): Promise<void> {
    const { engine, grid, isOwn } = this.#options;
    const lost = inventory.hub ?? this.#known?.hub;
    if (lost === undefined) return;
    // `grid down` removes the nodes first.
    if (!isOwn && inventory.nodes.length === 0) throw gone(`the grid '${grid}' was taken down during the run`);
    const ending = inventory.hub === undefined ? { how: 'was removed' } : await endingOf(engine, lost);
    const words = inventory.hub === undefined ? '' : await lastWords(engine, lost.id, this.#secrets());
    this.#count(inventory, lost, `${ending.how}${words}`);
    try {
      await (inventory.hub === undefined ? this.#remake(inventory) : this.#restart(lost));
      this.#failureCount = 0;
    } catch (error) {
      this.#failureCount += 1;
      if (!(error instanceof EngineRefusal) || this.#failureCount < MAX_FAILURES) throw error;
      throw gone(`the hub ${lost.name} ${ending.how}, and cannot be started again: ${error.message}${words}`);
    }
  }

  #secrets(): string[] {
    const { secrets } = this.#known ?? {};
    return secrets === undefined ? [] : [secrets.password, secrets.registration];
  }

  /** Reports a loss. Throws if there were too many. */
  #count({ name }: GridInventory, hub: GridContainer, how: string): void {
    this.#revivalCount += 1;
    if (this.#revivalCount > MAX_REVIVALS)
      throw gone(`the hub ${hub.name} of the grid '${name}' was lost ${this.#revivalCount} times; it ${how}`);
    this.#options.onLost(`the hub ${hub.name} ${how.replace(/^([^;]*)/, '$1, so gridrun starts it again')}`);
  }

  async #restart({ id, name, grid, state }: GridContainer): Promise<void> {
    const { engine } = this.#options;
    const container = engine.docker.getContainer(id);
    await engine.call(`start ${name} again`, async () => {
      if (state === 'paused') return void (await container.unpause());
      if (state !== 'running') return void (await container.start());
      const network = engine.docker.getNetwork(networkName(grid));
      await network.connect({ Container: id, EndpointConfig: { Aliases: ['hub'] } });
      // Its port is open again only after a start.
      await container.restart({ t: 1 });
    });
  }

  /** The same hub in a new container: the same port, and the secrets that its nodes have. */
  async #remake({ name, owner }: GridInventory): Promise<void> {
    if (this.#known === undefined) return;
    const { hub, secrets, binding } = this.#known;
    const image = { ref: hub.imageId, ours: hub.labels[LABEL.secrets] === 'file' };
    const plan = hubContainer({ grid: name, image, secrets, owner, ...binding });
    await startContainer(this.#options.engine, plan, 'hub', secrets);
  }
}

/** The end of a grid, after which waiting does not help. */
export function gone(message: string, cause?: unknown): GridrunError {
  return new GridrunError('grid.gone', message, {
    hint: 'start the grid or the engine again, then continue this run with --resume',
    cause,
  });
}
