import type { WebDriver } from 'selenium-webdriver';
import type { ExtensionError } from '../../../core/attempt.ts';
import { GridrunError } from '../../../core/fault.ts';
import type { ExtensionFacts } from '../../../core/ports.ts';
import type { ConsoleLine } from './console-line.ts';
import type { ExtensionWatch } from './extension-watch.ts';

export type { ConsoleLine };

export type StorageArea = 'local' | 'sync' | 'session' | 'managed';

/** The extension's `chrome.storage`, from outside. */
export interface ExtensionStorage {
  /** Reads some keys, or all. */
  get(area: StorageArea, keys?: string | readonly string[]): Promise<Record<string, unknown>>;
  /** Writes JSON values. Other keys keep theirs. */
  set(area: StorageArea, values: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface ExtensionParts {
  readonly facts: ExtensionFacts | undefined;
  readonly driver: WebDriver;
  readonly signal: AbortSignal;
  readonly watch: () => ExtensionWatch | undefined;
}

/** The extension of the site's session, for checks. */
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

  /** Does the site's session have an extension? With `--control none`, the control arm has none. */
  get loaded(): boolean {
    return this.#parts.facts !== undefined;
  }

  /** The extension's id. It differs between sessions, unless the manifest has a `key`. */
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

  /** Opens the popup's page in a new tab and switches to it. Throws if the manifest has no popup. */
  async openPopup(): Promise<void> {
    await this.#open(this.#facts.popup, 'popup: action.default_popup');
  }

  /** Opens the options page in a new tab and switches to it. Throws if the manifest has no options page. */
  async openOptions(): Promise<void> {
    await this.#open(this.#facts.options, 'options page: options_ui.page or options_page');
  }

  /** Closes the tab that openPopup or openOptions opened, and switches back to the tab before it. */
  async closeTab(): Promise<void> {
    const from = this.#from;
    if (from === undefined) throw wrongUse('call openPopup() or openOptions() before closeTab()');
    this.#from = undefined;
    await this.#parts.driver.close();
    await this.#parts.driver.switchTo().window(from);
  }

  /** The extension's uncaught errors since the attempt started, in its pages and its service worker. */
  async errors(): Promise<readonly ExtensionError[]> {
    await this.#watch.settled();
    return this.#watch.errors;
  }

  /** The console lines of the service worker. Those of a worker that went idle by itself are lost. */
  async console(): Promise<readonly ConsoleLine[]> {
    return [...this.#console, ...(await this.#watch.workerConsole())];
  }

  /** Stops the service worker, as Chrome does after 30 s without work, and waits for that. The next event starts it again. */
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
    throw new GridrunError('check.no-extension', 'this session has no extension', {
      hint: "pass --extension, or put @extension in the check's title, so that it is skipped when no extension is loaded",
    });
  }

  get #watch(): ExtensionWatch {
    const watch = this.#parts.watch();
    if (watch !== undefined) return watch;
    const { name } = this.#facts;
    throw new GridrunError('check.no-bidi', `cannot reach ${name}: this session has no BiDi connection`, {
      hint: 'do not set webSocketUrl to false in the capabilities',
    });
  }
}

function wrongUse(message: string): GridrunError {
  return new GridrunError('check.extension-use', message);
}
