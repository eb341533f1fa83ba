import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { WebDriver } from 'selenium-webdriver';

/** The parts of selenium-webdriver that make a driver. */
export interface Selenium {
  readonly WebDriver: typeof import('selenium-webdriver').WebDriver;
  readonly Session: typeof import('selenium-webdriver').Session;
  readonly error: typeof import('selenium-webdriver').error;
  readonly Executor: new (client: unknown) => ConstructorParameters<typeof WebDriver>[1];
}

/**
 * Loads the project's own selenium-webdriver, or else gridrun's. The driver and the `until` and `By` that a check imports
 * must come from one copy, because selenium-webdriver uses instanceof on its classes.
 */
export function loadSelenium(cwd: string): Selenium {
  const ofProject = createRequire(join(cwd, 'noop.js'));
  const own = createRequire(import.meta.url);
  const source = [ofProject, own].find((candidate) => resolves(candidate)) ?? own;
  seeThroughStandIns(source);
  const main = source('selenium-webdriver') as Selenium;
  const http = source('selenium-webdriver/http') as Pick<Selenium, 'Executor'>;
  return { WebDriver: main.WebDriver, Session: main.Session, error: main.error, Executor: http.Executor };
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
 * so the connection must belong to the object behind it. Otherwise all sites would share one socket.
 */
function seeThroughStandIns(source: NodeJS.Require): void {
  type Connect = (driver: object) => unknown;
  let connections: { getBidiConnection: Connect };
  try {
    connections = source('selenium-webdriver/lib/bidi_connection') as typeof connections;
  } catch {
    return; // Older versions keep the connection on the object itself.
  }
  const connect = connections.getBidiConnection;
  const behind = Symbol.for('gridrun.behind');
  connections.getBidiConnection = (driver) => connect((driver as { [behind]?: object })[behind] ?? driver);
}
