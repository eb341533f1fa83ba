import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Selenium } from '../selenium-module.ts';
import { followResources } from './attempt-resources.ts';
import { watchEnvironment } from './environment.ts';
import { LanePatches } from './lane-patches.ts';
import { ProcessState, type Additions, type Change } from './process-state.ts';
import { partsOfPackage, sharedParts, type Watched } from './watched-objects.ts';

/** What a load of the suite did to the process: `kept` is fine, `again` needs one more load, `unsafe` allows no second lane. */
export type LoadEffect = 'kept' | 'again' | { readonly unsafe: readonly string[] };

/** Sees what checks and loads of the suite change in the process, which all of its lanes share. */
export class ProcessWatch {
  readonly #shared: readonly Watched[];
  readonly #packageUrls: () => Iterable<string>;
  readonly #packages = new Map<string, readonly Watched[]>();
  readonly #patches = new LanePatches();
  readonly #state: ProcessState;
  /** What each load changes and gridrun puts back. */
  readonly #ofLoads = new Set<string>();
  #isFirstLoad = true;

  /** @param packageUrls of the packages that the user's modules import */
  constructor(selenium: Selenium, packageUrls: () => Iterable<string>) {
    this.#shared = sharedParts(selenium);
    this.#packageUrls = packageUrls;
    followResources();
    const parts = (): Watched[] => distinct([...this.#shared, ...[...this.#packages.values()].flat()]);
    this.#state = new ProcessState(parts, watchEnvironment());
  }

  /** What a check has changed, as far as a cheap look shows. */
  glance(): string[] {
    return this.#state.glance();
  }

  /** What a check has changed. */
  changes(additions: Additions = 'all'): string[] {
    return [...this.#state.changes(additions), ...this.#patches.replaced()];
  }

  /** Takes the process as it is now as unchanged. */
  keep(): void {
    this.#state.keep();
  }

  /** Call after each load. `isBusy`: checks run, so that not every change is the load's. */
  async afterLoad(lane: object, isBusy: boolean): Promise<LoadEffect> {
    if (this.#isFirstLoad) {
      this.#isFirstLoad = false;
      this.#patches.note(lane, this.#state.objectChanges());
      await this.#addPackages();
      this.#state.keep();
      return 'kept';
    }
    const replaced = this.#patches.replaced();
    if (replaced.length > 0) return { unsafe: replaced };
    const names = this.#state.changes();
    if (isBusy && names.some((name) => !this.#ofLoads.has(name))) return { unsafe: names };
    const objects = names.length === 0 ? [] : this.#state.objectChanges();
    this.#state.restoreProcess();
    if (objects.length > 0) return this.#separate(objects);
    for (const name of names) this.#ofLoads.add(name);
    return 'kept';
  }

  #separate(changes: readonly Change[]): LoadEffect {
    const inseparable = this.#patches.separate(changes);
    this.#state.keep();
    return inseparable.length > 0 ? { unsafe: inseparable.map(({ name }) => name) } : 'again';
  }

  async #addPackages(): Promise<void> {
    for (const url of this.#packageUrls()) {
      if (this.#packages.has(url)) continue;
      const exported = await exportsOf(url).catch(() => undefined);
      const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url;
      this.#packages.set(url, partsOfPackage(exported, name));
    }
  }
}

/** Without objects that are there already, maybe under another name. */
function distinct(parts: readonly Watched[]): Watched[] {
  const seen = new Set<object>();
  return parts.filter(({ object }) => !seen.has(object) && seen.add(object));
}

/** The exports of a module that is loaded, however it was. */
async function exportsOf(url: string): Promise<unknown> {
  const required = createRequire(url).cache[fileURLToPath(url)];
  return required === undefined ? await import(url) : required.exports;
}
