import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findCheckFiles } from '../../src/check/pool/check-files.ts';
import { WorkerPool } from '../../src/check/pool/worker-pool.ts';
import type { AttemptOrder, AttemptOutcome, Emit, LateError, SessionFacts } from '../../src/core/ports.ts';
import type { Site } from '../../src/core/site.ts';
import { reachableSocket } from '../../src/wire/endpoint.ts';
import { workerPoolOptions, type PoolSettings } from '../support/worker-pool-options.ts';
import { startStub, type Stub, type StubOptions } from '../stub/webdriver-stub.ts';

export interface Bench extends AsyncDisposable {
  readonly dir: string;
  readonly pool: WorkerPool;
  readonly stub: Stub;
  readonly late: LateError[];
  readonly output: { siteId: string; stream: string; text: string }[];
  readonly notices: { code: string; text: string }[];
  /** A new session of the stub. */
  session(): Promise<SessionFacts>;
  /** Runs the suite on a site, in a session of its own where none is given. */
  attempt(order: Partial<AttemptOrder> & { site: Site }): Promise<AttemptOutcome>;
  /** From now on every page's title is `released`, or what is given. */
  release(title?: string): void;
  /** Resolves when an error has come after the end of its attempt. */
  nextLate(): Promise<LateError>;
}

export interface BenchOptions extends Omit<PoolSettings, 'files'> {
  /** Files of the suite's folder, by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** Globs of check files. */
  readonly checks?: readonly string[];
  readonly stub?: StubOptions;
  /** Called with what checks write. */
  readonly onText?: (text: string) => void;
}

/** A folder with a suite, workers to run it in, and a hub that is a stub. All of it ends with `await using`. */
export async function startBench({
  files,
  checks = [],
  stub: stubOptions,
  onText,
  ...options
}: BenchOptions): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'gridrun-check-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  let title = 'a page';
  const pages = { title: () => title };
  const stub = await startStub({ sessionsPerNode: 100, pages, ...stubOptions });
  const late: LateError[] = [];
  const output: Bench['output'] = [];
  const notices: Bench['notices'] = [];
  let waiting: ((error: LateError) => void)[] = [];
  const emit: Emit = (event) => {
    if (event.type === 'check-output') {
      output.push(event);
      onText?.(event.text);
    }
    if (event.type === 'notice') notices.push(event);
  };
  const found = await findCheckFiles(dir, checks);
  const pool = new WorkerPool(workerPoolOptions(dir, { files: found, emit, ...options }));
  pool.onLateError((error) => {
    late.push(error);
    for (const resolve of waiting) resolve(error);
    waiting = [];
  });
  const session = async (): Promise<SessionFacts> => {
    const answer = await fetch(`${stub.url}/session`, {
      method: 'POST',
      body: JSON.stringify({ capabilities: { alwaysMatch: { webSocketUrl: stubOptions?.bidi === true } } }),
    });
    const { value } = (await answer.json()) as { value: { sessionId: string; capabilities: Record<string, unknown> } };
    const socket = value.capabilities['webSocketUrl'];
    return {
      sessionId: value.sessionId,
      endpoint: stub.url,
      capabilities: value.capabilities,
      ...(typeof socket === 'string' ? { webSocketUrl: reachableSocket(socket, stub.url) } : {}),
      node: 'stub',
      browserName: 'chrome',
      browserVersion: '1',
    };
  };
  return {
    dir,
    pool,
    stub,
    late,
    output,
    notices,
    session,
    async attempt(order) {
      return await pool.attempt({
        slot: 0,
        attempt: 1,
        arm: 'subject',
        siteTimeoutMs: 60_000,
        isCompared: false,
        signal: new AbortController().signal,
        ...order,
        session: order.session ?? (await session()),
      });
    },
    release(next = 'released') {
      title = next;
    },
    async nextLate() {
      const { promise, resolve } = Promise.withResolvers<LateError>();
      waiting.push(resolve);
      return await promise;
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await stub.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Tries sites as the dispatcher does: all at once, each in a slot of its own, and those that are to be repeated again. */
export async function tryAll(bench: Bench, sites: readonly string[]): Promise<Record<string, AttemptOutcome>> {
  const entries = sites.map(async (id, slot) => {
    for (let attempt = 1; attempt <= 4; attempt++) {
      const outcome = await bench.attempt({ slot, attempt, site: siteNamed(id) });
      if (outcome.fault?.code !== 'runner.shared-process') return [id, outcome] as const;
    }
    throw new Error(`${id} was repeated again and again`);
  });
  return Object.fromEntries(await Promise.all(entries));
}

export function siteNamed(id: string): Site {
  return { id, url: `http://${id}.test/` };
}

/** The checks of an outcome as `title: status`. */
export function statuses(outcome: AttemptOutcome): string[] {
  return outcome.checks.map((check) => `${check.title}: ${check.status}`);
}
