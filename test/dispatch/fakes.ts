import type { CheckResult } from '../../src/core/attempt.ts';
import type { Undated } from '../../src/core/event.ts';
import { GridrunError } from '../../src/core/fault.ts';
import type {
  AttemptOrder,
  AttemptOutcome,
  CheckRunner,
  Grid,
  Isolation,
  LateError,
  OwnedSession,
  SessionFacts,
  SessionRequest,
} from '../../src/core/ports.ts';
import type { Site } from '../../src/core/site.ts';
import type { DispatchSettings } from '../../src/dispatch/dispatch-plan.ts';
import { Dispatcher } from '../../src/dispatch/dispatcher.ts';
import { HostLimits } from '../../src/dispatch/host-limits.ts';
import type { SlotSession } from '../../src/dispatch/slot.ts';

export const PASSED: AttemptOutcome = { ending: 'completed', checks: [result('passed')], sessionDirty: false };
export const FAILED: AttemptOutcome = { ending: 'completed', checks: [result('failed')], sessionDirty: false };
export const FAULTED: AttemptOutcome = {
  ending: 'faulted',
  checks: [],
  fault: { code: 'grid.session-lost', cause: 'grid', message: 'the session is gone' },
  sessionDirty: true,
};

export function result(status: CheckResult['status']): CheckResult {
  const fault = { code: 'check.failed', cause: 'check', message: 'no' } as const;
  return { title: 'works', status, durationMs: 1, ...(status === 'failed' ? { fault } : {}) };
}

export function sitesOf(count: number, url = (index: number): string => `https://s${index}.example/`): Site[] {
  return Array.from({ length: count }, (_, index) => ({ id: `s${index}`, url: url(index) }));
}

/** A new session in a slot. */
export function slotSession(facts: Partial<SessionFacts> = {}): SlotSession {
  const known = {
    sessionId: 's',
    endpoint: '',
    capabilities: {},
    node: 'n',
    browserName: 'chrome',
    browserVersion: '1',
  };
  return {
    owned: { session: { ...known, ...facts }, release: async () => {} },
    arm: 'subject',
    siteCount: 0,
    isDirty: false,
    isLost: false,
    timeouts: undefined,
  };
}

/** A grid in memory that counts its open sessions. */
export class FakeGrid implements Grid {
  readonly name = 'fake';
  readonly requests: SessionRequest[] = [];
  open = 0;
  maxOpen = 0;
  #count = 0;
  readonly #capacity: number;
  readonly #refuse: (request: number) => boolean;
  readonly #node: (session: number, request: SessionRequest) => string;

  constructor(
    capacity: number,
    options: {
      refuse?: (request: number) => boolean;
      node?: (session: number, request: SessionRequest) => string;
    } = {},
  ) {
    this.#capacity = capacity;
    this.#refuse = options.refuse ?? (() => false);
    this.#node = options.node ?? (() => 'node');
  }

  capacity(): Promise<number> {
    return Promise.resolve(this.#capacity);
  }

  async openSession(request: SessionRequest): Promise<OwnedSession> {
    this.requests.push(request);
    const number = this.#count++;
    await Promise.resolve();
    if (this.#refuse(number)) throw new GridrunError('grid.unreachable', 'no');
    this.open += 1;
    this.maxOpen = Math.max(this.maxOpen, this.open);
    let released = false;
    return {
      session: {
        sessionId: `session-${number}`,
        endpoint: 'http://fake',
        capabilities: {},
        node: this.#node(number, request),
        browserName: 'fake',
        browserVersion: '1',
      },
      release: () => {
        if (!released) this.open -= 1;
        released = true;
        return Promise.resolve();
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Runs each attempt by a function, and keeps every order. */
export class FakeRunner implements CheckRunner {
  readonly orders: AttemptOrder[] = [];
  readonly #outcome: (order: AttemptOrder) => AttemptOutcome | Promise<AttemptOutcome>;
  #late: (error: LateError) => void = () => {};

  constructor(outcome: (order: AttemptOrder) => AttemptOutcome | Promise<AttemptOutcome>) {
    this.#outcome = outcome;
  }

  async attempt(order: AttemptOrder): Promise<AttemptOutcome> {
    this.orders.push(order);
    await new Promise(setImmediate);
    return this.#outcome(order);
  }

  onLateError(listener: (error: LateError) => void): void {
    this.#late = listener;
  }

  late(error: LateError): void {
    this.#late(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

const SETTINGS: DispatchSettings = {
  run: 'run',
  capabilities: {},
  retries: 0,
  infraRetries: 2,
  controlSample: 0,
  controlBudget: 12,
  controlRunBudget: 1,
  controlWaitMs: 0,
  control: 'never',
  siteTimeoutMs: 1_000,
  maxFailures: 0,
  sitesPerSession: 50,
  outageSites: 0,
  outageMs: 0,
  probePauseMs: 1,
  askAfterMs: 10_000,
};

/** A dispatcher over fakes, and the events that it emits. */
export function dispatchOver(
  sites: readonly Site[],
  parts: {
    grid: Grid;
    runner: CheckRunner;
    isolation?: Isolation;
    canary?: () => Promise<void>;
    ask?: (session: SessionFacts) => Promise<void>;
    perHost?: number;
    hostDelayMs?: number;
    chunkSize?: number;
    onEvent?: (event: Undated) => void;
  },
  settings: Partial<DispatchSettings> = {},
): { dispatcher: Dispatcher; events: Undated[]; verdicts: () => Map<string, string> } {
  const events: Undated[] = [];
  const size = parts.chunkSize ?? 3;
  const todo = sites.filter((site) => site.skip === undefined).map((site) => site.id);
  const units = Array.from({ length: Math.ceil(todo.length / size) }, (_, index) => ({
    index,
    siteIds: todo.slice(index * size, (index + 1) * size),
    expectedMs: size,
  }));
  const where = (url: string): { host: string; domain: string; local: boolean } => ({
    host: new URL(url).host,
    domain: new URL(url).host.endsWith('.test') ? new URL(url).host : 'example',
    local: new URL(url).host.endsWith('.local'),
  });
  const dispatcher = new Dispatcher(
    { sites, units, checks: ['works'] },
    { ...SETTINGS, ...settings },
    {
      grid: parts.grid,
      runner: parts.runner,
      isolation: parts.isolation ?? { reset: () => Promise.resolve() },
      canary: parts.canary ?? (() => Promise.resolve()),
      ask: parts.ask ?? (() => Promise.resolve()),
      limits: new HostLimits({ perHost: parts.perHost ?? 0, perDomain: 0, hostDelayMs: parts.hostDelayMs ?? 0, where }),
      emit: (event) => {
        events.push(event);
        parts.onEvent?.(event);
      },
    },
  );
  const verdicts = (): Map<string, string> =>
    new Map(
      events.flatMap((event) =>
        event.type === 'site-judged' ? [[event.verdict.siteId, event.verdict.verdict] as const] : [],
      ),
    );
  return { dispatcher, events, verdicts };
}
