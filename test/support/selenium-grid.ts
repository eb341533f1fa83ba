import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seleniumJar } from './machine.ts';

export interface SeleniumGridOptions {
  readonly nodes?: number;
  readonly sessionsPerNode?: number;
  /** Basic auth of the hub. */
  readonly user?: { readonly name: string; readonly password: string };
  /** Time limit for a session request in the hub's queue. */
  readonly queueTimeoutSeconds?: number;
  /** Its nodes end a session that gets no command for so long. At least 10. */
  readonly sessionTimeoutSeconds?: number;
  /** `/wd/hub` or the like. */
  readonly prefix?: string;
  /** Ends the start. */
  readonly signal?: AbortSignal;
}

export interface SeleniumGrid extends AsyncDisposable {
  /** The hub's URL, with its credentials if it has any. */
  readonly url: string;
  /** The nodes' URLs in /status, by their index. */
  readonly nodeUrls: readonly string[];
  /** Kills a node, as if its machine was lost. */
  killNode(index: number): Promise<void>;
  /** Stops a node or lets it go on, with its browsers: SIGSTOP, SIGCONT. */
  signalNode(index: number, signal: NodeJS.Signals): void;
  /** Kills the hub. Its nodes stay. */
  killHub(): Promise<void>;
  /** Starts a killed hub again at its URL, and waits until its nodes are back. */
  restartHub(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a hub and its nodes, and waits until the hub reports all of them as up. `stop()` leaves nothing behind. */
export async function startSeleniumGrid(options: SeleniumGridOptions = {}): Promise<SeleniumGrid> {
  const {
    nodes: nodeCount = 2,
    sessionsPerNode = 2,
    user,
    queueTimeoutSeconds = 300,
    sessionTimeoutSeconds = 300,
    prefix = '',
  } = options;
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-selenium-'));
  const [hubPort, publish, subscribe, ...nodePorts] = await freePorts(3 + nodeCount);
  const bus = ['--publish-events', `tcp://127.0.0.1:${publish}`, '--subscribe-events', `tcp://127.0.0.1:${subscribe}`];
  const origin = `http://127.0.0.1:${hubPort}`;
  const started: Server[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(end));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const startHub = (): Server => {
      const hub = jar(folder, [
        'hub',
        '--host',
        '127.0.0.1',
        '--port',
        String(hubPort),
        ...bus,
        '--session-request-timeout',
        String(queueTimeoutSeconds),
        ...(user === undefined ? [] : ['--username', user.name, '--password', user.password]),
        ...(prefix === '' ? [] : ['--sub-path', prefix]),
      ]);
      started.push(hub);
      return hub;
    };
    let hub = startHub();
    const nodes = nodePorts.map((port) =>
      jar(folder, [
        'node',
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        ...bus,
        '--hub',
        origin,
        '--session-timeout',
        String(sessionTimeoutSeconds),
        '--selenium-manager',
        'false',
        '--detect-drivers',
        'false',
        '--driver-configuration',
        'display-name=chromium',
        `max-sessions=${sessionsPerNode}`,
        'webdriver-executable=/usr/bin/chromedriver',
        'stereotype={"browserName":"chrome","goog:chromeOptions":{"binary":"/usr/bin/chromium"}}',
        '--override-max-sessions',
        'true',
        '--max-sessions',
        String(sessionsPerNode),
        '--heartbeat-period',
        '2',
      ]),
    );
    started.push(...nodes);
    const headers = user === undefined ? {} : { authorization: `Basic ${btoa(`${user.name}:${user.password}`)}` };
    const areUp = async (): Promise<void> =>
      await untilUp(`${origin}${prefix}/status`, { headers, nodeCount, signal: options.signal }, [hub, ...nodes]);
    await areUp();
    return {
      url: `${user === undefined ? origin : origin.replace('//', `//${user.name}:${user.password}@`)}${prefix}`,
      nodeUrls: nodePorts.map((port) => `http://127.0.0.1:${port}`),
      killNode: (index) => kill(nodes[index]!),
      signalNode: (index, name) => signalGroup(nodes[index]!, name),
      killHub: () => kill(hub),
      async restartHub() {
        await kill(hub);
        hub = startHub();
        await areUp();
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Server {
  readonly process: ChildProcess;
  readonly log: string[];
  readonly ended: Promise<unknown>;
}

const running = new Set<ChildProcess>();

// They are detached, so they would outlive a process that ends without `stop()`.
process.on('exit', () => {
  for (const child of running) signalGroup({ process: child }, 'SIGKILL');
});

function jar(folder: string, args: readonly string[]): Server {
  // Here a JVM must start fast rather than run fast. It is detached, so that its browsers end with it.
  const child = spawn('java', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-jar', seleniumJar()!, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder, JAVA_TOOL_OPTIONS: `-Djava.io.tmpdir=${folder}` },
  });
  running.add(child);
  child.on('exit', () => running.delete(child));
  const log: string[] = [];
  child.stdout.on('data', (chunk) => log.push(String(chunk)));
  child.stderr.on('data', (chunk) => log.push(String(chunk)));
  return { process: child, log, ended: once(child, 'exit') };
}

async function end(server: Server): Promise<void> {
  if (server.process.exitCode === null && server.process.signalCode === null) {
    server.process.kill('SIGTERM');
    const timer = setTimeout(() => signalGroup(server, 'SIGKILL'), 5000);
    await server.ended;
    clearTimeout(timer);
  }
  // Browsers of a node may still be in its group.
  signalGroup(server, 'SIGKILL');
}

async function kill(server: Server): Promise<void> {
  signalGroup(server, 'SIGKILL');
  await server.ended;
}

function signalGroup(server: Pick<Server, 'process'>, signal: NodeJS.Signals): void {
  try {
    process.kill(-server.process.pid!, signal);
  } catch {
    // The group is empty.
  }
}

async function untilUp(
  status: string,
  {
    headers,
    nodeCount,
    signal,
  }: { headers: Record<string, string>; nodeCount: number; signal: AbortSignal | undefined },
  servers: readonly Server[],
): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    const dead = servers.find(({ process: { exitCode, signalCode } }) => exitCode !== null || signalCode !== null);
    if (dead !== undefined) throw new Error(`Selenium did not start:\n${dead.log.join('').slice(-3000)}`);
    const answer = await fetch(status, { headers, signal: AbortSignal.timeout(5000) }).then(
      (response) => response.json() as Promise<{ value: { ready: boolean; nodes?: { availability: string }[] } }>,
      () => undefined,
    );
    if (answer?.value.ready && answer.value.nodes?.filter((node) => node.availability === 'UP').length === nodeCount)
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `the grid was not up in 90 s:\n${servers.map((server) => server.log.join('').slice(-2000)).join('\n')}`,
  );
}

/** Opens all ports at once, so that they differ, and then frees them for the servers. */
async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = holders.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(holders.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
