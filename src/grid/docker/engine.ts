import Docker from 'dockerode';
import { GridrunError } from '../../core/fault.ts';
import { within, type CutBy } from '../../wire/deadline.ts';
import { untilAborted } from '../../wire/until-aborted.ts';

const CALL_DEADLINE_MS = 30_000;
const PING_DEADLINE_MS = 10_000;
const ENGINE_HINT = 'run gridrun doctor --grid docker to test the engine';

/** A Docker engine. Each call to it has a deadline and a signal. */
export class Engine {
  readonly docker: Docker;
  /** Its address, for messages. */
  readonly shown: string;
  readonly #signal: AbortSignal | undefined;

  constructor(docker: Docker, shown: string, signal?: AbortSignal) {
    this.docker = docker;
    this.shown = shown;
    this.#signal = signal;
  }

  /** The same engine with another signal. Undefined: for work that must be done after a stop too. */
  with(signal: AbortSignal | undefined): Engine {
    return new Engine(this.docker, this.shown, signal);
  }

  /**
   * Makes one call. `what` is for messages: `start gridrun-x-hub`.
   * Throws a `GridrunError` with code `grid.engine-unreachable`, `grid.engine-silent`, `grid.stopped` or
   * `grid.engine-refused`.
   */
  async call<T>(
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    deadlineMs: number = CALL_DEADLINE_MS,
  ): Promise<T> {
    return await within({ deadlineMs, signal: this.#signal }, async (signal, cutBy) => {
      try {
        return await untilAborted(work(signal), signal);
      } catch (error) {
        if (error instanceof GridrunError) throw error;
        const by = cutBy();
        throw by === undefined ? this.#failure(what, error) : this.#cut(by, what, deadlineMs);
      }
    });
  }

  #cut(by: CutBy, what: string, deadlineMs: number): GridrunError {
    return by === 'aborted'
      ? new GridrunError('grid.stopped', `the command was interrupted before the Docker engine could ${what}`)
      : new GridrunError(
          'grid.engine-silent',
          `the Docker engine at ${this.shown} did not ${what} within ${deadlineMs / 1000} s`,
          { hint: 'is Docker overloaded or stuck? Restart it, or set DOCKER_HOST to another engine' },
        );
  }

  #failure(what: string, error: unknown): GridrunError {
    const known = (error ?? {}) as EngineReply;
    if (typeof known.statusCode === 'number') {
      return new EngineRefusal(known.statusCode, what, refusalText(known), error);
    }
    if (typeof known.code === 'string') {
      const denied = known.code === 'EACCES' || known.code === 'EPERM';
      return new GridrunError('grid.engine-unreachable', `no Docker engine answers at ${this.shown} (${known.code})`, {
        hint: denied
          ? 'you may not use its socket; join the group of the socket, or set DOCKER_HOST to an engine of your own'
          : 'is Docker running? Start it, or set DOCKER_HOST',
        cause: error,
      });
    }
    const text = String(known.message ?? error);
    return new GridrunError('grid.engine-refused', `the Docker engine could not ${what}: ${text}`, {
      hint: ENGINE_HINT,
      cause: error,
    });
  }
}

/** An error of dockerode. `statusCode` is there if the engine answered, `code` if no engine did. */
interface EngineReply {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly reason?: unknown;
  readonly json?: { readonly message?: unknown } | null;
  readonly message?: unknown;
}

/**
 * The engine's own words. For a streamed call, such as a pull, they are only in the message, behind dockerode's
 * `(HTTP code 404) unexpected - `: its reason is a text for the status.
 */
function refusalText({ json, reason, message }: EngineReply): string {
  const own = typeof message === 'string' ? /^\(HTTP code \d+\) [^-]*- ([^]*)$/.exec(message)?.[1]?.trim() : undefined;
  return String(json?.message ?? (own === undefined || own === '' ? (reason ?? message) : own));
}

/** The engine refused a call. `status` is the HTTP status: 404 not found, 409 conflict. */
export class EngineRefusal extends GridrunError {
  readonly status: number;

  constructor(status: number, what: string, text: string, cause?: unknown) {
    super('grid.engine-refused', `the Docker engine could not ${what}: ${text.trim()}`, { hint: ENGINE_HINT, cause });
    this.name = 'EngineRefusal';
    this.status = status;
  }
}

/** Whether a container could not start because another program has its port. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof EngineRefusal && /port is already allocated|address already in use/i.test(error.message);
}

/** Whether a container could not start because this machine does not have the address of its port. */
export function isAddressUnknown(error: unknown): boolean {
  return error instanceof EngineRefusal && /cannot assign requested address/i.test(error.message);
}

/** Returns the value of a call, or undefined if the engine does not have what the call names. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  return await work.catch((error: unknown) => {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  });
}

/**
 * Opens the engine that DOCKER_HOST names, or else the one of this machine, and waits for its first answer.
 * Throws a `GridrunError` whose answer is `refuse` if none answers.
 */
export async function openEngine(signal?: AbortSignal): Promise<Engine> {
  const shown =
    process.env['DOCKER_HOST'] || (process.platform === 'win32' ? '//./pipe/docker_engine' : '/var/run/docker.sock');
  const engine = new Engine(new Docker(), shown, signal);
  await engine.call('answer', async () => await engine.docker.ping(), PING_DEADLINE_MS);
  return engine;
}

/** The engine's machine. */
export interface EngineFacts {
  readonly cores: number;
  readonly memoryBytes: number;
  /** Whether containers may have a seccomp profile of their own. */
  readonly takesSeccomp: boolean;
}

export async function readFacts(engine: Engine): Promise<EngineFacts> {
  const info = (await engine.call('answer', async () => await engine.docker.info())) as {
    readonly NCPU: number;
    readonly MemTotal: number;
    readonly SecurityOptions?: readonly string[];
  };
  return {
    cores: info.NCPU,
    memoryBytes: info.MemTotal,
    takesSeccomp: info.SecurityOptions?.some((option) => option.includes('name=seccomp')) ?? false,
  };
}
