import Docker from 'dockerode';
import type { ErrorCode } from '../../core/error-codes.ts';
import { GridrunError } from '../../core/fault.ts';
import { within, type Limits } from '../../wire/deadline.ts';
import { untilAborted } from '../../wire/until-aborted.ts';

/** A Docker engine, each call of which has a deadline and a signal. */
export class Engine {
  readonly docker: Docker;
  /** For messages: where the engine is. */
  readonly shown: string;
  readonly #signal: AbortSignal | undefined;

  constructor(docker: Docker, shown: string, signal?: AbortSignal) {
    this.docker = docker;
    this.shown = shown;
    this.#signal = signal;
  }

  /** The same engine, whose calls stop with this signal; none is for what must be done whatever was stopped. */
  with(signal: AbortSignal | undefined): Engine {
    return new Engine(this.docker, this.shown, signal);
  }

  /**
   * Makes one call. `what` is for messages: `start gridrun-x-hub`.
   * Throws a `GridrunError`: code `grid.engine-unreachable`, `grid.engine-silent`, `grid.stopped` or `grid.engine-refused`.
   */
  async call<T>(what: string, work: (signal: AbortSignal) => Promise<T>, deadlineMs = 30_000): Promise<T> {
    const limits: Limits = { deadlineMs, signal: this.#signal };
    return await within(limits, async (signal, cutBy) => {
      try {
        return await untilAborted(work(signal), signal);
      } catch (error) {
        throw this.#explained(what, error, cutBy(), deadlineMs);
      }
    });
  }

  #explained(
    what: string,
    error: unknown,
    cutBy: 'deadline' | 'aborted' | undefined,
    deadlineMs: number,
  ): GridrunError {
    if (error instanceof GridrunError) return error;
    const known = (error ?? {}) as {
      code?: unknown;
      statusCode?: unknown;
      reason?: unknown;
      json?: { message?: unknown };
      message?: unknown;
    };
    const fault = (code: ErrorCode, message: string, hint?: string): GridrunError =>
      new GridrunError(code, message, { hint, cause: error });
    if (cutBy === 'aborted') return fault('grid.stopped', `stopped before the engine could ${what}`);
    if (cutBy === 'deadline')
      return fault('grid.engine-silent', `the engine at ${this.shown} did not ${what} in ${deadlineMs / 1000} s`);
    if (typeof known.statusCode === 'number') {
      return new EngineRefusal(
        known.statusCode,
        what,
        String(known.json?.message ?? known.reason ?? known.message),
        error,
      );
    }
    if (typeof known.code === 'string') {
      const denied = known.code === 'EACCES' || known.code === 'EPERM';
      return fault(
        'grid.engine-unreachable',
        `no Docker engine answers at ${this.shown} (${known.code}), which was to ${what}`,
        denied
          ? 'you may not use its socket: join its group, or set DOCKER_HOST to an engine of yours'
          : 'start Docker, or set DOCKER_HOST to the engine that runs',
      );
    }
    return fault('grid.engine-refused', `the engine could not ${what}: ${String(known.message ?? error)}`);
  }
}

/** The engine's own no. `status` is its HTTP status: 404 no such thing, 409 conflict. */
export class EngineRefusal extends GridrunError {
  readonly status: number;

  constructor(status: number, what: string, text: string, cause?: unknown) {
    super('grid.engine-refused', `the engine could not ${what}: ${text.trim()}`, { cause });
    this.name = 'EngineRefusal';
    this.status = status;
  }
}

/** Gives the value of a call, or undefined where the engine says that there is no such thing. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  return await work.catch((error: unknown) => {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  });
}

/**
 * The engine that DOCKER_HOST names, else this machine's. It has answered when this returns.
 * Throws a `GridrunError` whose answer is `refuse` where none does.
 */
export async function openEngine(signal?: AbortSignal): Promise<Engine> {
  const shown =
    process.env['DOCKER_HOST'] ?? (process.platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock');
  const engine = new Engine(new Docker(), shown, signal);
  await engine.call('answer', async () => await engine.docker.ping(), 10_000);
  return engine;
}
