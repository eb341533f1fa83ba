import { GridrunError } from '../../core/fault.ts';
import type { ExtensionOptions, GridOptions } from '../../core/options.ts';
import type { Emit, Grid } from '../../core/ports.ts';
import { refuseLoopback } from '../../grid/loopback.ts';
import { localGrid } from '../../grid/local.ts';
import { chooseChrome, type ChosenChrome } from '../../grid/which-chrome.ts';
import { SessionRegistry } from '../../grid/registry.ts';
import { remoteGrid } from '../../grid/remote.ts';
import { clearLeftovers } from '../../grid/clear-leftovers.ts';

/** What a grid needs to know of its run. */
export interface GridOrder {
  readonly siteUrls: Iterable<string>;
  /** The Chrome of this machine, if it is chosen already. */
  readonly chrome?: ChosenChrome | undefined;
  readonly signal: AbortSignal;
  /** Takes what a grid in containers reports, also before the journal is open. */
  readonly emit: Emit;
  /** Called with a text about each step that takes long. */
  readonly onProgress: (text: string) => void;
}

/** The options that decide which browsers a run uses. */
export type BrowserOptions = GridOptions & Pick<ExtensionOptions, 'extension'>;

/** A grid, and its own values that no output may show. */
export type RunGrid = Grid & { readonly secrets?: readonly string[] };

/**
 * Proves that sessions can be recorded, removes the leftovers of dead runs, then opens the grid that the options name.
 * Throws a refusal if there is no such grid.
 */
export async function gridFor(options: BrowserOptions, order: GridOrder): Promise<RunGrid> {
  const { grid, sessions, headed, capabilities } = options;
  await new SessionRegistry().prove();
  if (grid === 'docker') {
    // A Docker client is large, and few runs need one.
    const { dockerGrid } = await import('../../grid/docker/docker-grid.ts');
    const { emit, onProgress, siteUrls, signal } = order;
    return await dockerGrid({
      ...options.docker,
      siteUrls,
      signal,
      sessions,
      headed,
      capabilities,
      onProgress,
      onNotice: (level, code, text) => emit({ type: 'notice', level, code, text }),
      onScaled: (nodes, reason) => emit({ type: 'grid-scaled', nodes, reason }),
    });
  }
  await clearLeftovers(grid === 'local' ? {} : { gridUrl: grid });
  if (grid === 'local') {
    const { pair } = order.chrome ?? (await chooseChrome(options));
    return await localGrid({ sessions, headed, chrome: pair });
  }
  const remote = remoteGrid(grid, { sessions, headed, capabilities, siteUrls: order.siteUrls });
  await refuseWrong(remote, order.signal);
  await refuseLoopback(grid, {
    siteUrls: order.siteUrls,
    capabilities,
    signal: order.signal,
    onNotice: (level, code, text) => order.emit({ type: 'notice', level, code, text }),
  });
  return remote;
}

/**
 * Asks the grid once. Throws if its answer is a refusal: wrong credentials, a certificate that is not trusted, no
 * WebDriver server. A grid that is away or slow may come, so the run waits for it later.
 */
async function refuseWrong(grid: Grid, signal: AbortSignal): Promise<void> {
  try {
    await grid.capacity(signal);
  } catch (error) {
    if (error instanceof GridrunError && error.answer === 'refuse') throw error;
  }
}
