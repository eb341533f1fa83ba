import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { GridrunError, refusal } from '../../core/fault.ts';
import { withoutCredentials } from '../../wire/endpoint.ts';
import { WireClient } from '../../wire/wire-client.ts';
import { WireError } from '../../wire/wire-error.ts';
import { joinedNodeContainer, readSeccomp } from './container-plan.ts';
import { lastLines, removeContainer, startContainer } from './containers.ts';
import { gridDown } from './down.ts';
import { EngineRefusal, openEngine, type Engine } from './engine.ts';
import { readHub, type HubAccess } from './hub-api.ts';
import { ensureGivenImage, ensureOwnImage, type GridImage } from './image.ts';
import { readInventory } from './inventory.ts';
import { LABEL, networkName } from './labels.ts';

export interface GridJoinOptions {
  /** Of the hub, credentials included: `http://gridrun:…@hub:4444`. */
  readonly hub: string;
  /** An address of this machine at which the hub reaches it: a container's own is of no use to another host. */
  readonly advertise: string;
  /** The hub's; without it the hub takes no node. */
  readonly registrationSecret: string;
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** Of the first node, on this machine; the next ones follow. */
  readonly port: number;
  /** The hub's event bus. */
  readonly busPorts?: { readonly publish: number; readonly subscribe: number };
  readonly image?: string | undefined;
  readonly readyDeadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

export interface JoinedGrid {
  /** For `gridDown` on this machine. */
  readonly name: string;
  /** How the hub calls the nodes. */
  readonly nodes: readonly string[];
}

const READY_DEADLINE_MS = 60_000;
const CONNECT_DEADLINE_MS = 5000;
const POLL_MS = 300;
const LOG_LINES = 15;

/**
 * Starts nodes on this machine for a hub on another, which must be able to open `advertise` and the nodes' ports.
 * Said twice it changes nothing. What does not join is taken away again. Throws a `GridrunError` that says which of
 * the addresses is wrong.
 */
export async function gridJoin(options: GridJoinOptions): Promise<JoinedGrid> {
  const busPorts = options.busPorts ?? { publish: 4442, subscribe: 4443 };
  const hubUrl = hubUrlOf(options);
  const hub: HubAccess = { url: options.hub, registration: options.registrationSecret };
  await checkHub(hub, hubUrl, busPorts, options.signal);
  const engine = await openEngine(options.signal);
  const more = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const image =
    options.image === undefined
      ? await ensureOwnImage(engine, more)
      : await ensureGivenImage(engine, options.image, more);
  const name = `join-${createHash('sha256').update(`${hubUrl.host} ${options.advertise} ${options.port}`).digest('hex').slice(0, 10)}`;
  try {
    await startNodes(engine, name, image, hubUrl, busPorts, options);
    const uris = Array.from({ length: options.nodes }, (_, index) => uriOf(options, options.port + index));
    options.onProgress?.(
      `waiting until the hub at ${hubUrl.origin} has ${options.nodes} nodes of ${options.advertise}`,
    );
    await untilJoined(engine, name, hub, hubUrl, uris, options);
    return { name, nodes: uris };
  } catch (error) {
    await gridDown(name, { engine: engine.with(undefined) }).catch(() => {});
    throw error;
  }
}

function hubUrlOf(options: GridJoinOptions): URL {
  const mistakes: string[] = [];
  const url = URL.canParse(options.hub) ? new URL(options.hub) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    mistakes.push(`--hub '${withoutCredentials(options.hub)}' is no URL of a hub: give one such as http://hub:4444`);
  if (options.advertise === '' || /[/\s@]|^\d+$/.test(options.advertise))
    mistakes.push(
      `--advertise '${options.advertise}' is no address: give this machine's name or IP address, as the hub reaches it`,
    );
  if (/^(localhost|127\.|\[?::1)/.test(options.advertise))
    mistakes.push(`--advertise ${options.advertise} is each machine's own: the hub would look for the nodes on itself`);
  if (options.registrationSecret === '')
    mistakes.push('the hub’s registration secret is missing: without it no node is taken');
  if (mistakes.length > 0) throw refusal('grid.bad-options', 'the nodes can’t join as asked', { mistakes });
  const hub = url!;
  hub.username = '';
  hub.password = '';
  return hub;
}

function uriOf(options: GridJoinOptions, port: number): string {
  return `http://${options.advertise}:${port}`;
}

/** Whatever is wrong with the hub's side is said before anything starts here. */
async function checkHub(
  hub: HubAccess,
  shown: URL,
  busPorts: { publish: number; subscribe: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  await readHub(hub, signal).catch((error: unknown) => {
    const why = error instanceof WireError ? error.message : String(error);
    throw refusal('grid.hub-unreachable', `the hub at ${shown.origin} does not answer: ${why}`, {
      hint: 'is it up, does it listen on that address (grid up --listen), and are user and password in the URL?',
    });
  });
  const closed: number[] = [];
  for (const port of [busPorts.publish, busPorts.subscribe])
    if (!(await opens(shown.hostname, port))) closed.push(port);
  if (closed.length === 0) return;
  throw refusal(
    'grid.bus-unreachable',
    `the hub's event bus does not answer at ${shown.hostname}:${closed.join(' and ')}`,
    { hint: 'open 4442 and 4443 of the hub to this machine: its nodes tell of themselves there' },
  );
}

async function startNodes(
  engine: Engine,
  name: string,
  image: GridImage,
  hubUrl: URL,
  busPorts: { publish: number; subscribe: number },
  options: GridJoinOptions,
): Promise<void> {
  const before = await readInventory(engine, name);
  if (before.networkIds.length === 0) {
    const network = networkName(name);
    await engine.call(
      `create the network ${network}`,
      async () =>
        await engine.docker.createNetwork({
          Name: network,
          CheckDuplicate: true,
          Labels: { [LABEL.grid]: name, [LABEL.role]: 'network' },
        }),
    );
  }
  const seccomp = await readSeccomp();
  const secrets = { username: '', password: '', registration: options.registrationSecret };
  for (let node = 1; node <= options.nodes; node++) {
    const known = before.nodes.find((container) => container.node === node);
    if (known?.state === 'running') continue;
    if (known !== undefined) await removeContainer(engine, known.id);
    const port = options.port + node - 1;
    const plan = joinedNodeContainer({
      grid: name,
      image,
      secrets,
      node,
      sessions: options.sessionsPerNode,
      seccomp,
      hubHost: hubUrl.hostname,
      hubUrl: hubUrl.origin,
      advertise: options.advertise,
      port,
      publishPort: busPorts.publish,
      subscribePort: busPorts.subscribe,
    });
    await startContainer(engine, plan, 'node', secrets).catch((error: unknown) => {
      if (!(error instanceof EngineRefusal) || !/port is already allocated|address already in use/i.test(error.message))
        throw error;
      throw refusal('grid.port-taken', `port ${port} of this machine is taken by another program`, {
        hint: 'give another first port with --port',
      });
    });
  }
}

async function untilJoined(
  engine: Engine,
  name: string,
  hub: HubAccess,
  hubUrl: URL,
  uris: readonly string[],
  options: GridJoinOptions,
): Promise<void> {
  const until = performance.now() + (options.readyDeadlineMs ?? READY_DEADLINE_MS);
  for (;;) {
    const status = await readHub(hub, options.signal).catch(() => undefined);
    const missing = uris.filter((uri) => !status?.nodes.some((node) => node.uri === uri && node.up));
    if (missing.length === 0) return;
    if (performance.now() > until) throw await notJoined(engine, name, hubUrl, missing, options);
    await delay(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

/** Says which of the ways is closed, as far as it can be seen from here. */
async function notJoined(
  engine: Engine,
  name: string,
  hubUrl: URL,
  missing: readonly string[],
  options: GridJoinOptions,
): Promise<GridrunError> {
  const [uri = ''] = missing;
  const answersHere = await isNode(uri);
  const node = (await readInventory(engine, name)).nodes[0];
  const log =
    node === undefined
      ? ''
      : (await lastLines(engine, node.id, LOG_LINES)).replaceAll(options.registrationSecret, '***');
  const message = answersHere
    ? `the hub at ${hubUrl.origin} has not taken ${missing.join(', ')}: it can't open that address, or its registration secret is another`
    : `--advertise ${options.advertise} is wrong: nothing answers at ${missing.join(', ')}, not even from this machine, so the hub at ${hubUrl.origin} can't reach the nodes there`;
  return new GridrunError(
    answersHere ? 'grid.not-joined' : 'grid.bad-advertise',
    `${message}\n--- the node's last lines:\n${log.trimEnd()}`,
    {
      hint: `give the name or IP address of this machine that the hub's machine reaches, and open ports ${options.port} to ${options.port + options.nodes - 1} to it`,
    },
  );
}

/** Whether a node answers there: whatever else does is not the one that was started. */
async function isNode(uri: string): Promise<boolean> {
  const value = await new WireClient(uri)
    .send('GET', '/status', undefined, { deadlineMs: CONNECT_DEADLINE_MS })
    .catch(() => undefined);
  return (value as { node?: unknown } | undefined)?.node !== undefined;
}

async function opens(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, timeout: CONNECT_DEADLINE_MS });
    const end = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}
