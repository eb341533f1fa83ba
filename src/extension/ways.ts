import type { ExtensionFacts, SessionFacts } from '../core/ports.ts';
import { installByBidi, reinstallByBidi } from './bidi-install.ts';
import { manifestIsServed, workerIsUp } from './classic-proof.ts';
import { withFixedId } from './fixed-id.ts';
import { notLoaded } from './not-loaded.ts';
import type { ExtensionPackage } from './read-extension.ts';
import { upload } from './upload.ts';

/** One way to load an extension into a session. */
export interface Way {
  /** For the run's notice about the way that it uses. */
  readonly text: string;
  /** Capabilities that the session must be opened with. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Loads the extension and proves that it is loaded. Throws `WayClosed` if the browser does not offer this way. */
  install(session: SessionFacts, signal: AbortSignal): Promise<ExtensionFacts>;
  /** Brings the extension back to its first state. Throws if it cannot; the session must then be replaced. */
  reset(session: SessionFacts, signal: AbortSignal): Promise<void>;
  /** Call it when the session ends. */
  forget?(sessionId: string): void;
}

/** Without it, Chrome disables an unpacked extension that calls `chrome.runtime.reload()`. */
const PREFS = { 'extensions.ui.developer_mode': true };

/** The ways, best first. Make one only after the way before it threw `WayClosed`. */
export function waysFor(pkg: ExtensionPackage): (() => Promise<Way>)[] {
  return [
    async () =>
      new BidiWay(pkg, 'uploaded to the browser, installed over BiDi', { 'goog:chromeOptions': { prefs: PREFS } }),
    async () =>
      new BidiWay(
        pkg,
        'uploaded to the browser, installed over BiDi with the switches that Chrome before version 149 needs',
        {
          'goog:chromeOptions': {
            args: ['--enable-unsafe-extension-debugging', '--remote-debugging-pipe'],
            prefs: PREFS,
          },
        },
      ),
    () => startWay(pkg),
  ];
}

class BidiWay implements Way {
  readonly text: string;
  readonly capabilities: Way['capabilities'];
  readonly #pkg: ExtensionPackage;
  /** The path of the extension on each session's machine. It is uploaded once per session. */
  readonly #paths = new Map<string, string>();

  constructor(pkg: ExtensionPackage, text: string, capabilities: Way['capabilities']) {
    this.#pkg = pkg;
    this.text = text;
    this.capabilities = capabilities;
  }

  async install(session: SessionFacts, signal: AbortSignal): Promise<ExtensionFacts> {
    const path = await upload(session, this.#pkg.zip, signal);
    this.#paths.set(session.sessionId, path);
    return await installByBidi({ session, pkg: this.#pkg, path }, signal);
  }

  async reset(session: SessionFacts, signal: AbortSignal): Promise<void> {
    const path = this.#paths.get(session.sessionId);
    if (path === undefined) throw notLoaded(`session ${session.sessionId} was started without ${this.#pkg.name}`);
    await reinstallByBidi({ session, pkg: this.#pkg, path }, signal);
  }

  forget(sessionId: string): void {
    this.#paths.delete(sessionId);
  }
}

/** chromedriver accepts a zip in place of a crx, unpacks it next to the browser and starts Chrome with `--load-extension`. */
async function startWay(pkg: ExtensionPackage): Promise<Way> {
  const { id, zip } = await withFixedId(pkg);
  const { name, version, sha256, manifest } = pkg;
  const { popup, options } = manifest;
  return {
    text: 'given to chromedriver, which starts the browser with --load-extension: branded Chrome ignores it since version 137, and each site gets its own session',
    capabilities: { 'goog:chromeOptions': { extensions: [zip.toString('base64')] } },
    async install(session, signal) {
      await manifestIsServed(session, pkg, id, signal);
      if (manifest.worker !== undefined) await workerIsUp(session, pkg, id, signal);
      return {
        id,
        name,
        version,
        sha256,
        ...(popup === undefined ? {} : { popup }),
        ...(options === undefined ? {} : { options }),
      };
    },
    reset: async (session) => {
      throw notLoaded(`session ${session.sessionId} has loaded ${name} at its start, so gridrun cannot reset it`);
    },
  };
}
