import type { WebDriver } from 'selenium-webdriver';
import type { ExtensionError } from '../../../core/attempt.ts';
import { GridrunError } from '../../../core/fault.ts';
import type { ExtensionFacts } from '../../../core/ports.ts';
import type { ConsoleLine, ExtensionWatch } from './extension-watch.ts';

export type { ConsoleLine };

export type StorageArea = 'local' | 'sync' | 'session' | 'managed';

/** `chrome.storage` of the extension, from outside. */
export interface ExtensionStorage {
  /** Some keys, or all. */
  get(area: StorageArea, keys?: string | readonly string[]): Promise<Record<string, unknown>>;
  /** Any JSON values; what was there under other keys stays. */
  set(area: StorageArea, values: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface ExtensionParts {
  readonly facts: ExtensionFacts | undefined;
  readonly driver: WebDriver;
  readonly signal: AbortSignal;
  readonly watch: () => ExtensionWatch | undefined;
}

/** The extension of the site's session, as a check finds it. */
export class ExtensionInCheck {
  readonly storage: ExtensionStorage = {
    get: async (area, keys) => {
      const asked = { id: this.id, storageArea: area, ...(keys === undefined ? {} : { keys: [keys].flat() }) };
      const { data } = (await this.#watch.sendAsExtension('Extensions.getStorageItems', asked)) as {
        data: Record<string, unknown>;
      };
      return data;
    },
    set: async (area, values) => {
      await this.#watch.sendAsExtension('Extensions.setStorageItems', { id: this.id, storageArea: area, values });
    },
  };
  readonly #parts: ExtensionParts;
  readonly #console: ConsoleLine[] = [];
  #from: string | undefined;

  constructor(parts: ExtensionParts) {
    this.#parts = parts;
  }

  /** Does the site's session have an extension? With `--control none` half of the attempts have none. */
  get loaded(): boolean {
    return this.#parts.facts !== undefined;
  }

  /** Differs from session to session, unless the manifest has a `key`. */
  get id(): string {
    return this.#facts.id;
  }

  get name(): string {
    return this.#facts.name;
  }

  get version(): string {
    return this.#facts.version;
  }

  /** The address of a file of the extension: `extension.url('options.html')`. */
  url(path = ''): string {
    return `chrome-extension://${this.id}/${path.replace(/^\/+/, '')}`;
  }

  /** Opens the popup's page in a tab of its own, and goes there. Throws where the manifest has none. */
  async openPopup(): Promise<void> {
    await this.#open(this.#facts.popup, 'popup: action.default_popup');
  }

  /** Opens the options page in a tab of its own, and goes there. Throws where the manifest has none. */
  async openOptions(): Promise<void> {
    await this.#open(this.#facts.options, 'options page: options_ui.page or options_page');
  }

  /** Closes the tab that openPopup or openOptions opened, and goes back to the one before. */
  async closeTab(): Promise<void> {
    const from = this.#from;
    if (from === undefined) throw wrongUse('closeTab() came before openPopup() or openOptions()');
    this.#from = undefined;
    await this.#parts.driver.close();
    await this.#parts.driver.switchTo().window(from);
  }

  /** What the extension threw since the site was begun, in pages and in its worker, and nobody caught. */
  async errors(): Promise<readonly ExtensionError[]> {
    await this.#watch.settled();
    return this.#watch.errors;
  }

  /** What the worker wrote to its console; of a worker that went idle by itself it is gone. */
  async console(): Promise<readonly ConsoleLine[]> {
    return [...this.#console, ...(await this.#watch.workerConsole())];
  }

  /** Stops the worker, as Chrome does after 30 s without work; the next event starts it again. Waits until it has stopped. */
  async stopWorker(): Promise<void> {
    const watch = this.#watch;
    this.#console.push(...(await watch.workerConsole()));
    const { worker } = watch;
    if (worker === undefined) throw wrongUse(`${this.name} has no service worker`);
    if (worker.runningStatus === 'stopped') return;
    await watch.cdp.send('ServiceWorker.stopWorker', { versionId: worker.versionId }, watch.tab);
    if (await watch.untilStopped(worker.versionId, this.#parts.signal)) return;
    throw new GridrunError('extension.worker-not-stopped', `the service worker of ${this.name} did not stop`);
  }

  async #open(page: string | undefined, what: string): Promise<void> {
    if (page === undefined) throw wrongUse(`the manifest of ${this.name} has no ${what}`);
    const { driver } = this.#parts;
    this.#from ??= await driver.getWindowHandle();
    await driver.switchTo().newWindow('tab');
    await driver.get(this.url(page));
  }

  get #facts(): ExtensionFacts {
    if (this.#parts.facts !== undefined) return this.#parts.facts;
    throw new GridrunError('check.no-extension', 'there is no extension in this session', {
      hint: 'give --extension; a check that needs it is titled with @extension, and is then left out where there is none',
    });
  }

  get #watch(): ExtensionWatch {
    const watch = this.#parts.watch();
    if (watch !== undefined) return watch;
    const { name } = this.#facts;
    throw new GridrunError('check.no-bidi', `without a BiDi connection nothing can be asked of ${name}`, {
      hint: 'leave webSocketUrl among the capabilities',
    });
  }
}

function wrongUse(message: string): GridrunError {
  return new GridrunError('check.extension-use', message);
}
