import { GridrunError, refusal } from '../core/fault.ts';
import type { ExtensionFacts, Grid, OwnedSession, SessionRequest, SessionFacts } from '../core/ports.ts';
import { notLoaded, WayClosed } from './not-loaded.ts';
import type { ExtensionPackage } from './read-extension.ts';
import { waysFor, type Way } from './ways.ts';

/** A grid whose sessions all have the extension. It never returns a session without it. */
export interface ExtensionGrid extends Grid {
  /**
   * Opens one session to find a way to load the extension, proves that it is loaded and that its worker is alive, and
   * ends the session. Returns what the run's notice says. Throws a refusal if no way works.
   */
  preflight(request: SessionRequest): Promise<{ readonly extension: ExtensionFacts; readonly text: string }>;
  /** Empties the extension's storage and restarts its worker. Throws if it cannot; the session must then be replaced. */
  reset(session: SessionFacts, signal: AbortSignal): Promise<void>;
}

/** Loads an extension into every session of a grid. The caller still owns that grid: disposing of this one does nothing. */
export function extensionGrid(grid: Grid, pkg: ExtensionPackage): ExtensionGrid {
  return new Extended(grid, pkg);
}

class Extended implements ExtensionGrid {
  readonly name: string;
  readonly #grid: Grid;
  readonly #pkg: ExtensionPackage;
  readonly #ways: ReturnType<typeof waysFor>;
  #way: Way | undefined;

  constructor(grid: Grid, pkg: ExtensionPackage) {
    this.name = grid.name;
    this.#grid = grid;
    this.#pkg = pkg;
    this.#ways = waysFor(pkg);
  }

  capacity(signal: AbortSignal): Promise<number> {
    return this.#grid.capacity(signal);
  }

  async openSession(request: SessionRequest): Promise<OwnedSession> {
    this.#way ??= await this.#ways[0]!();
    return await this.#openBy(this.#way, request).catch((error: unknown) => {
      if (error instanceof WayClosed)
        throw notLoaded(`${this.#pkg.name} could not be installed: ${error.message}`, error);
      if (error instanceof GridrunError && error.code === 'extension.worker-died')
        throw notLoaded(error.message, error);
      throw error;
    });
  }

  async preflight(request: SessionRequest): ReturnType<ExtensionGrid['preflight']> {
    const closed: string[] = [];
    for (const make of this.#ways) {
      const way = await make();
      try {
        const owned = await this.#openBy(way, request);
        await owned.release();
        this.#way = way;
        const extension = owned.session.extension!;
        return { extension, text: [`${this.#shown()}: ${way.text}`, ...closed].join('; ') };
      } catch (error) {
        if (error instanceof WayClosed) closed.push(`not ${way.text}: ${error.message}`);
        else throw refused(error);
      }
    }
    throw refusal('extension.no-way', `no browser of ${this.name} can load the extension`, {
      mistakes: closed,
      hint: 'use Chrome 149 or later, which needs no preparation',
    });
  }

  async reset(session: SessionFacts, signal: AbortSignal): Promise<void> {
    await this.#way?.reset(session, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #openBy(way: Way, request: SessionRequest): Promise<OwnedSession> {
    const owned = await this.#grid.openSession({
      ...request,
      capabilities: together(request.capabilities, way.capabilities),
    });
    try {
      const extension = await way.install(owned.session, request.signal);
      const release = async (): Promise<void> => {
        way.forget?.(owned.session.sessionId);
        await owned.release();
      };
      return { session: { ...owned.session, extension }, release };
    } catch (error) {
      way.forget?.(owned.session.sessionId);
      await owned.release();
      throw error;
    }
  }

  #shown(): string {
    return `${this.#pkg.name} ${this.#pkg.version} (sha256 ${this.#pkg.sha256.slice(0, 12)}…)`;
  }
}

/** A fault of the extension refuses the run before it starts. A fault of the grid stays the grid's. */
function refused(error: unknown): unknown {
  if (!(error instanceof GridrunError) || error.blames !== 'extension') return error;
  return new GridrunError(error.code, error.message, {
    hint: 'load it in chrome://extensions to see what Chrome reports; gridrun tried no site',
    atStart: true,
  });
}

/** The user's capabilities, plus what a way adds to Chrome's options. */
function together(
  asked: SessionRequest['capabilities'],
  added: SessionRequest['capabilities'],
): SessionRequest['capabilities'] {
  const OPTIONS = 'goog:chromeOptions';
  const before = (asked[OPTIONS] ?? {}) as Record<string, unknown>;
  const after = (added[OPTIONS] ?? {}) as Record<string, unknown>;
  const merged = Object.entries(after).map(([key, value]) => [
    key,
    Array.isArray(value)
      ? [...((before[key] as unknown[] | undefined) ?? []), ...(value as unknown[])]
      : { ...(before[key] as object | undefined), ...(value as object) },
  ]);
  return merged.length === 0 ? asked : { ...asked, [OPTIONS]: { ...before, ...Object.fromEntries(merged) } };
}
