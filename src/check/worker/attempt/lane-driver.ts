import type { Capabilities, WebDriver, WebElement } from 'selenium-webdriver';
import type { SessionFacts } from '../../../core/ports.ts';
import type { DriverRequest, DriverResponse, ExecutionClient } from '../../../wire/execution-client.ts';
import type { CheckDriver } from '../attempt-context.ts';
import { addCallSite, callSite, type CallSite } from '../lane/call-site.ts';
import { ON_BIDI_SOCKET, type DriverSocket, type Selenium } from '../selenium-module.ts';
import { lastingBidi, lastingCdp } from './harmless-commands.ts';
import { stringify } from '../../../os/real-builtins.ts';

export interface LaneDriverParts {
  readonly selenium: Selenium;
  readonly session: SessionFacts;
  readonly client: Pick<ExecutionClient, 'send'>;
  /** Runs a command of the driver. `send` is what selenium-webdriver would do. */
  readonly execute: (command: unknown, send: (command: unknown) => Promise<unknown>) => Promise<unknown>;
  /**
   * Called before a socket of the driver sends a command. `lasting` is its name, if it may change the browser for longer
   * than its tab lives. May throw; the command is then not sent.
   */
  readonly onSocketCommand: (lasting: string | undefined) => void;
  /** Called before that with what a socket of the driver is to send. It waits for the promise, whatever becomes of it. */
  readonly beforeMessage: (message: string) => Promise<unknown> | undefined;
  /** Called when the check reads where the browser can be reached. A connection that it opens there is not seen. */
  readonly onAddressRead: (capability: string) => void;
}

/** Capabilities by which a check can reach the browser past its driver. */
const ADDRESSES = new Set(['webSocketUrl', 'se:cdp', 'goog:chromeOptions', 'ms:edgeOptions']);

/** A Chrome driver for an open session, whose commands go through `parts`. */
export function laneDriver(parts: LaneDriverParts): CheckDriver {
  const { selenium, session } = parts;
  const LaneDriver = class extends selenium.ChromeDriver {
    declare readonly _cdpWsConnection: DriverSocket;

    readonly [ON_BIDI_SOCKET] = (socket: DriverSocket): void => watch(socket, lastingBidi, parts);

    override execute<T>(command: unknown): Promise<T> {
      const send = (other: unknown): Promise<unknown> => super.execute(other as never);
      return parts.execute(command, send) as Promise<T>;
    }

    override wait(...given: Parameters<WebDriver['wait']>): never {
      return placedWait(selenium, this, callSite(), super.wait(...given)) as never;
    }

    /** The Chrome driver takes none, because its browser is on this machine. Ours may be on a grid. */
    override setFileDetector(detector?: unknown): void {
      selenium.WebDriver.prototype.setFileDetector.call(this, detector as never);
    }

    override async getCapabilities(): ReturnType<WebDriver['getCapabilities']> {
      const capabilities = await super.getCapabilities();
      watchReads(capabilities, parts.onAddressRead);
      return capabilities;
    }

    override async getBidi(): ReturnType<WebDriver['getBidi']> {
      const connection = await super.getBidi();
      this[ON_BIDI_SOCKET](connection.socket);
      return connection;
    }

    override async createCDPConnection(target: string): ReturnType<WebDriver['createCDPConnection']> {
      const connection: unknown = await super.createCDPConnection(target);
      watch(this._cdpWsConnection, lastingCdp, parts);
      return connection;
    }

    override async getWsUrl(given: string, target: string, capabilities: Capabilities): Promise<string> {
      return await super.getWsUrl(devToolsAddress(session) ?? given, target, capabilities);
    }
  };
  return LaneDriver.createSession(undefined, executorOf(parts));
}

/** Only createSession teaches an executor Chrome's commands. It gets the session that is open. */
function executorOf({ selenium, session, client }: LaneDriverParts): InstanceType<Selenium['Executor']> {
  return new selenium.Executor({
    send: async (request: DriverRequest) => await adopt(session, client, request),
  });
}

/**
 * Adds the caller's line to the error of a wait: selenium-webdriver makes that error in a timer. The result has the type of
 * what was waited for, which only the caller knows.
 */
function placedWait(
  { WebElementPromise }: Selenium,
  driver: WebDriver,
  caller: CallSite,
  waiting: Promise<unknown>,
): Promise<unknown> {
  const placed = waiting.catch((error: unknown) => {
    addCallSite(error, caller);
    throw error;
  });
  return waiting instanceof WebElementPromise ? new WebElementPromise(driver, placed as Promise<WebElement>) : placed;
}

async function adopt(
  { sessionId, capabilities, webSocketUrl, cdpUrl }: SessionFacts,
  client: Pick<ExecutionClient, 'send'>,
  request: DriverRequest,
): Promise<DriverResponse> {
  if (request.method !== 'POST' || request.path !== '/session') return await client.send(request);
  const reachable = {
    ...capabilities,
    ...(webSocketUrl === undefined ? {} : { webSocketUrl }),
    ...(cdpUrl === undefined ? {} : { 'se:cdp': cdpUrl }),
  };
  const body = stringify({ value: { sessionId, capabilities: reachable } });
  return { status: 200, headers: new Map(), body };
}

/** selenium-webdriver prefers SELENIUM_REMOTE_URL, and forgets its path, its password and that it may be https. */
function devToolsAddress({ cdpUrl, capabilities }: SessionFacts): string | undefined {
  const options = (capabilities['goog:chromeOptions'] ?? {}) as { readonly debuggerAddress?: string };
  return cdpUrl ?? options.debuggerAddress;
}

function watchReads(capabilities: Capabilities, onAddressRead: (capability: string) => void): void {
  // The driver gives one object each time.
  if (Object.hasOwn(capabilities, 'get')) return;
  const get = capabilities.get.bind(capabilities);
  Object.assign(capabilities, {
    get(key: string): unknown {
      if (ADDRESSES.has(key) && !isReadBySelenium()) onAddressRead(key);
      return get(key);
    },
  });
}

/** selenium's own modules read the address too, but use the driver's socket. */
function isReadBySelenium(): boolean {
  return /[\\/]selenium-webdriver[\\/]bidi[\\/]/.test(new Error().stack ?? '');
}

const watched = new WeakSet<DriverSocket>();

function watch(
  socket: DriverSocket,
  lasting: (message: string) => string | undefined,
  { onSocketCommand, beforeMessage }: Pick<LaneDriverParts, 'onSocketCommand' | 'beforeMessage'>,
): void {
  if (watched.has(socket)) return;
  watched.add(socket);
  const send = socket.send.bind(socket);
  /** The last message that waits. Messages keep their order. */
  let waiting: Promise<void> | undefined;
  socket.send = (data, ...rest) => {
    const message = String(data);
    onSocketCommand(lasting(message));
    const looked = beforeMessage(message);
    if (looked === undefined && waiting === undefined) return send(data, ...rest);
    const turn: Promise<void> = Promise.all([looked?.catch(() => {}), waiting])
      .then(() => void send(data, ...rest))
      // The socket was closed. The command gets no reply, as any other on it.
      .catch(() => {})
      .then(() => {
        if (waiting === turn) waiting = undefined;
      });
    waiting = turn;
    return undefined;
  };
}
