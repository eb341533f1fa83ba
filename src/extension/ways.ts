import type { ExtensionFacts, SessionFacts } from '../core/ports.ts';
import { installByBidi, reinstallByBidi } from './bidi-install.ts';
import { manifestIsServed, workerIsUp } from './classic-proof.ts';
import { withFixedId } from './fixed-id.ts';
import { notLoaded } from './not-loaded.ts';
import type { ExtensionPackage } from './read-extension.ts';
import { upload } from './upload.ts';

/** How an extension gets into a session. */
export interface Way {
  /** For the one notice that says which way was taken. */
  readonly text: string;
  /** What the session must be asked for. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Loads the extension and proves it. Throws `WayClosed` where the browser does not offer this way. */
  install(session: SessionFacts, signal: AbortSignal): Promise<ExtensionFacts>;
  /** Makes the extension as new. Throws where it can't; the session is then replaced. */
  reset(session: SessionFacts, signal: AbortSignal): Promise<void>;
  /** The session is over. */
  forget?(sessionId: string): void;
}

/** The ways, the best first; each is made when the one before it is closed. */
export function waysFor(pkg: ExtensionPackage): (() => Promise<Way>)[] {
  return [
    async () => new BidiWay(pkg, 'uploaded to the browser, installed over BiDi', {}),
    async () =>
      new BidiWay(
        pkg,
        'uploaded to the browser, installed over BiDi with the switches that Chrome needed for it before version 149',
        {
          'goog:chromeOptions': { args: ['--enable-unsafe-extension-debugging', '--remote-debugging-pipe'] },
        },
      ),
    () => startWay(pkg),
  ];
}

class BidiWay implements Way {
  readonly text: string;
  readonly capabilities: Way['capabilities'];
  readonly #pkg: ExtensionPackage;
  /** Where each session's machine has the extension: uploaded once a session. */
  readonly #paths = new Map<string, string>();

  constructor(pkg: ExtensionPackage, text: string, capabilities: Way['capabilities']) {
    this.#pkg = pkg;
    this.text = text;
    this.capabilities = capabilities;
  }

  async install(session: SessionFacts, signal: AbortSignal): Promise<ExtensionFacts> {
    const path = await upload(session, this.#pkg.zip, signal);
    this.#paths.set(session.sessionId, path);
    return await installByBidi(session, this.#pkg, path, signal);
  }

  async reset(session: SessionFacts, signal: AbortSignal): Promise<void> {
    const path = this.#paths.get(session.sessionId);
    if (path === undefined) throw notLoaded(`session ${session.sessionId} was never given ${this.#pkg.name}`);
    await reinstallByBidi(session, this.#pkg, path, signal);
  }

  forget(sessionId: string): void {
    this.#paths.delete(sessionId);
  }
}

/** chromedriver takes a zip for a crx too, unpacks it beside the browser and starts Chrome with `--load-extension`. */
async function startWay(pkg: ExtensionPackage): Promise<Way> {
  const { id, zip } = await withFixedId(pkg);
  const { name, version, sha256, manifest } = pkg;
  const { popup, options } = manifest;
  return {
    text: 'given to chromedriver, which starts the browser with --load-extension: branded Chrome ignores that since version 137, and each site gets a session of its own',
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
      throw notLoaded(`${name} was given to session ${session.sessionId} at its start, and can't be made as new in it`);
    },
  };
}
