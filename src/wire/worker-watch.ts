import type { CdpEvent } from './bidi-cdp.ts';
import { withResolvers } from '../os/real-builtins.ts';

/** The events that a watch needs. Also send `ServiceWorker.enable` to a tab. */
export const WORKER_EVENTS = ['ServiceWorker.workerVersionUpdated', 'ServiceWorker.workerErrorReported'] as const;

/** A service worker as Chrome reports it. */
export interface WorkerVersion {
  readonly versionId: string;
  readonly scriptURL: string;
  readonly runningStatus: 'stopped' | 'starting' | 'running' | 'stopping';
  /** `redundant`: it never started, or its extension is gone. */
  readonly status: string;
  /** Set while it runs. */
  readonly targetId?: string;
}

/** An uncaught error in a worker. Lines count from 1. */
export interface WorkerError {
  readonly versionId: string;
  readonly message: string;
  readonly url: string;
  readonly line: number;
}

/** Chrome reports an error in the worker's console too, without a column. A rejected promise is reported only there. */
const NO_COLUMN = -1;
const IN_PROMISE = 'Uncaught (in promise)';

/**
 * Follows service workers without touching them. An attached debugger would keep them from going idle, and would stop
 * them at each new start.
 */
export class WorkerWatch {
  readonly #versions = new Map<string, WorkerVersion>();
  readonly #born = new Set<string>();
  readonly #errors: WorkerError[] = [];
  readonly #waiting = new Set<() => void>();

  onEvent(event: CdpEvent): void {
    if (event.method === 'ServiceWorker.workerVersionUpdated') {
      for (const version of event.params['versions'] as WorkerVersion[]) {
        if (version.status === 'new') this.#born.add(version.versionId);
        this.#versions.set(version.versionId, version);
      }
    } else if (event.method === 'ServiceWorker.workerErrorReported') this.#onError(event);
    else return;
    for (const look of this.#waiting) look();
  }

  version(versionId: string): WorkerVersion | undefined {
    return this.#versions.get(versionId);
  }

  /** The newest worker of an origin (`chrome-extension://…/`). */
  newest(origin: string): WorkerVersion | undefined {
    return [...this.#versions.values()].findLast((version) => version.scriptURL.startsWith(origin));
  }

  /** The newest worker that was made under this watch, not one of an earlier install that is only now going away. */
  newborn(origin: string): WorkerVersion | undefined {
    return [...this.#versions.values()].findLast(
      ({ versionId, scriptURL }) => scriptURL.startsWith(origin) && this.#born.has(versionId),
    );
  }

  /** The errors that workers of an origin have thrown so far. */
  errors(origin: string): WorkerError[] {
    return this.#errors.filter(
      ({ url, versionId }) => url.startsWith(origin) || this.#versions.get(versionId)?.scriptURL.startsWith(origin),
    );
  }

  /** Calls `look` now and after every event until it returns a value. Returns undefined if the signal aborts first. */
  async until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T | undefined> {
    const { promise, resolve } = withResolvers<T | undefined>();
    const again = (): void => {
      const answer = look();
      if (answer !== undefined || signal.aborted) resolve(answer);
    };
    this.#waiting.add(again);
    signal.addEventListener('abort', again, { once: true });
    again();
    try {
      return await promise;
    } finally {
      this.#waiting.delete(again);
      signal.removeEventListener('abort', again);
    }
  }

  #onError({ params }: CdpEvent): void {
    const { errorMessage, sourceURL, lineNumber, columnNumber, versionId } = params['errorMessage'] as {
      errorMessage: string;
      sourceURL: string;
      lineNumber: number;
      columnNumber: number;
      versionId: string;
    };
    // console.error comes this way too, although nothing was thrown. A thrown error comes twice.
    const thrown =
      columnNumber === NO_COLUMN ? errorMessage.startsWith(IN_PROMISE) : errorMessage.startsWith('Uncaught');
    if (thrown) this.#errors.push({ versionId, message: errorMessage, url: sourceURL, line: lineNumber });
  }
}
