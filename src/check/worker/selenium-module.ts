import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Executor } from 'selenium-webdriver/http.js';

/** The parts of selenium-webdriver that make a driver. */
export interface Selenium {
  /** All that the package exports. */
  readonly exported: object;
  readonly WebDriver: typeof import('selenium-webdriver').WebDriver;
  readonly ChromeDriver: typeof import('selenium-webdriver/chrome.js').Driver;
  readonly WebElementPromise: typeof import('selenium-webdriver').WebElementPromise;
  readonly error: typeof import('selenium-webdriver').error;
  readonly Executor: new (client: unknown) => Executor;
}

/** A socket that selenium-webdriver opened, as far as gridrun uses it. */
export interface DriverSocket {
  send(data: unknown, ...rest: unknown[]): unknown;
}

/** Under this key a driver has its `SocketListener`. */
export const ON_BIDI_SOCKET = Symbol.for('gridrun.onBidiSocket');

/** Called with the BiDi socket of a driver before anyone can use it, and maybe again. */
export type SocketListener = (socket: DriverSocket) => void;

/**
 * Loads the project's own selenium-webdriver, or else gridrun's. The driver and the `until` and `By` that a check imports
 * must come from one copy, because selenium-webdriver uses instanceof on its classes.
 */
export function loadSelenium(cwd: string): Selenium {
  const ofProject = createRequire(join(cwd, 'noop.js'));
  const own = createRequire(import.meta.url);
  const source = [ofProject, own].find((candidate) => resolves(candidate)) ?? own;
  seeThroughStandIns(source);
  const exported = source('selenium-webdriver') as Selenium;
  const { WebDriver, WebElementPromise, error } = exported;
  const { Driver } = source('selenium-webdriver/chrome') as { Driver: Selenium['ChromeDriver'] };
  const { Executor } = source('selenium-webdriver/http') as Pick<Selenium, 'Executor'>;
  return { exported, WebDriver, ChromeDriver: Driver, WebElementPromise, error, Executor };
}

function resolves(source: NodeJS.Require): boolean {
  try {
    return Number((source('selenium-webdriver/package.json') as { version: string }).version.split('.')[0]) >= 4;
  } catch {
    return false;
  }
}

/**
 * selenium-webdriver keeps one BiDi connection per driver object. A check's `driver` is a stand-in that stays for many sites,
 * so the connection must belong to the object behind it. Otherwise all sites would share one socket. The driver learns of
 * its socket here too, because selenium's own modules ask for the connection in this way.
 */
function seeThroughStandIns(source: NodeJS.Require): void {
  type Driver = object & { readonly [ON_BIDI_SOCKET]?: SocketListener };
  type Connect = (driver: Driver) => Promise<{ readonly socket: DriverSocket }>;
  let connections: { getBidiConnection: Connect };
  try {
    connections = source('selenium-webdriver/lib/bidi_connection') as typeof connections;
  } catch {
    return; // Older versions keep the connection on the object itself.
  }
  const connect = connections.getBidiConnection;
  const behind = Symbol.for('gridrun.behind');
  connections.getBidiConnection = async (driver) => {
    const real = (driver as { [behind]?: Driver })[behind] ?? driver;
    const connection = await connect(real);
    real[ON_BIDI_SOCKET]?.(connection.socket);
    return connection;
  };
}
