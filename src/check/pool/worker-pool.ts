import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import pLimit from 'p-limit';
import { statusOf } from '../../core/attempt.ts';
import type { CheckPlan } from '../../core/check.ts';
import type { ErrorCode } from '../../core/error-codes.ts';
import { GridrunError, faultOf, type Fault } from '../../core/fault.ts';
import type { AttemptOrder, AttemptOutcome, CheckRunner, Emit, LateError } from '../../core/ports.ts';
import { untilAborted } from '../../wire/until-aborted.ts';
import { mochaConfigIn } from './check-files.ts';
import { GlobalFixtures } from './global-fixtures.ts';
import { interrupted } from './worker-death.ts';
import { HostProcess, type HostListeners } from './worker-process.ts';
import type { HostOptions } from '../protocol.ts';

const FIXTURE_DEADLINE_MS = 10_000;
/** What holds where nothing else is said. A file that takes longer to load waits for something which never comes. */
const USUAL = {
  failOnExtensionErrors: false,
  evidence: 'failures',
  trace: false,
  stallLimitMs: 10_000,
  loadLimitMs: 60_000,
} as const satisfies Partial<HostOptions>;

/** What each host is told (of what is usual only what is not), and what the pool of them is. */
export interface HostPoolOptions
  extends Omit<HostOptions, keyof typeof USUAL>, Partial<Pick<HostOptions, keyof typeof USUAL>> {
  /** Most lanes in one host; 0 spreads them over `hostCount` hosts. */
  readonly lanesPerHost: number;
  /** One a core where it is not given. */
  readonly hostCount?: number;
  /** How long the end of a run waits for mocha's global fixtures, in ms. */
  readonly fixtureDeadlineMs?: number;
  /** Hears what checks write to their console, and notices. */
  readonly emit: Emit;
}

/** The check hosts: runs the suite in child processes, many sites in each, which are started as they are needed. */
export class HostPool implements CheckRunner {
  readonly #options: HostPoolOptions;
  readonly #hosts = new Map<string, HostProcess>();
  readonly #lateListeners: ((error: LateError) => void)[] = [];
  /** Sites of which one held or ended a host, and nobody knows which: each gets a host of its own. */
  readonly #suspects = new Set<string>();
  /** Sites that were in one host that died; a second one makes them suspects, because a host may also be killed from outside. */
  readonly #bereaved = new Set<string>();
  /** So that hundreds of suspects do not become hundreds of processes. */
  readonly #aloneLimit = pLimit(availableParallelism());
  #hostOptions: HostOptions | undefined;
  #loaded: Promise<readonly CheckPlan[]> | undefined;
  #checks: readonly CheckPlan[] = [];
  #fixtures: GlobalFixtures | undefined;
  #disposed: Promise<void> | undefined;

  constructor(options: HostPoolOptions) {
    this.#options = options;
  }

  /** The suite's checks. Throws a refusal with every mistake of every file. */
  async load(): Promise<readonly CheckPlan[]> {
    return await (this.#loaded ??= this.#load());
  }

  async #load(): Promise<readonly CheckPlan[]> {
    const { cwd } = this.#options;
    const config = await mochaConfigIn(cwd);
    if (config !== undefined) {
      const text = `gridrun does not read ${config}: write timeout, grep, retries and setup (for its require and hooks) into gridrun.config.ts`;
      this.#warn('checks.mocharc', text);
    }
    // Whoever gave up on it has ended it already: a process that starts now would be nobody's.
    if (this.#disposed !== undefined)
      throw new GridrunError({
        code: 'runner.stopped',
        message: 'stopped before the checks were loaded',
        answer: 'report',
      });
    this.#hostOptions = this.#optionsOfHosts();
    const host = this.#host(this.#hostKey(0));
    this.#checks = await host.loaded();
    if (host.hasFixtures) this.#fixtures = new GlobalFixtures(host);
    return this.#checks;
  }

  async attempt(order: AttemptOrder): Promise<AttemptOutcome> {
    try {
      await this.load();
      const broken = await this.#setUp(order);
      if (broken !== undefined) return this.#allFailed(broken);
      const alone = this.#suspects.has(order.site.id);
      const outcome = alone
        ? await this.#aloneLimit(() => this.#attemptAlone(order))
        : await this.#attemptIn(this.#hostKey(order.slot), order);
      return this.#withUndecided(outcome);
    } catch (error) {
      if (order.signal.aborted) return interrupted(new Map());
      return { ending: 'faulted', checks: [], fault: faultOf(error), sessionDirty: false };
    }
  }

  /** Rejects where the run is stopped meanwhile. */
  async #setUp({ siteTimeoutMs, signal }: AttemptOrder): Promise<Fault | undefined> {
    return this.#fixtures === undefined ? undefined : await untilAborted(this.#fixtures.setUp(siteTimeoutMs), signal);
  }

  async #attemptIn(hostKey: string, order: AttemptOrder): Promise<AttemptOutcome> {
    const host = this.#host(hostKey);
    await host.loaded();
    return await host.attempt(order);
  }

  async #attemptAlone(order: AttemptOrder): Promise<AttemptOutcome> {
    const key = `site ${order.site.id}`;
    const outcome = await this.#attemptIn(key, order);
    await this.#hosts.get(key)?.stop();
    return outcome;
  }

  #suspect(siteId: string, stoodStill: boolean): void {
    if (stoodStill || this.#bereaved.has(siteId)) this.#suspects.add(siteId);
    this.#bereaved.add(siteId);
  }

  onLateError(listener: (error: LateError) => void): void {
    this.#lateListeners.push(listener);
  }

  /** The processes of the hosts that are up. */
  get pids(): readonly number[] {
    return [...this.#hosts.values()].flatMap((host) => (host.dead ? [] : (host.pid ?? [])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#disposed ??= this.#dispose());
  }

  async #dispose(): Promise<void> {
    const wrong = await this.#fixtures?.tearDown(this.#options.fixtureDeadlineMs ?? FIXTURE_DEADLINE_MS);
    if (wrong !== undefined) this.#warn('checks.global-teardown', wrong);
    await Promise.all([...this.#hosts.values()].map(async (host) => await host.stop()));
  }

  #warn(code: ErrorCode, text: string): void {
    this.#options.emit({ type: 'notice', level: 'warning', code, text });
  }

  #optionsOfHosts(): HostOptions {
    const {
      lanesPerHost: _lanes,
      hostCount: _count,
      fixtureDeadlineMs: _deadline,
      emit: _emit,
      ...host
    } = this.#options;
    const { cwd, setup, outDir } = host;
    return { ...USUAL, ...host, setup: setup.map((file) => resolve(cwd, file)), outDir: resolve(cwd, outDir) };
  }

  #hostKey(slot: number): string {
    const { lanesPerHost, hostCount } = this.#options;
    return lanesPerHost > 0 ? `${Math.floor(slot / lanesPerHost)}` : `${slot % (hostCount ?? availableParallelism())}`;
  }

  #host(key: string): HostProcess {
    const known = this.#hosts.get(key);
    if (known !== undefined && !known.dead) return known;
    const listeners: HostListeners = {
      onOutput: ({ siteId, stream, text }) => this.#options.emit({ type: 'check-output', siteId, stream, text }),
      onNotice: ({ code, text }) => this.#warn(code, text),
      onLate: (error) => {
        for (const listener of this.#lateListeners) listener(error);
      },
      onUnnamed: (siteIds, stoodStill) => {
        for (const id of siteIds) this.#suspect(id, stoodStill);
      },
    };
    const host = new HostProcess(this.#hostOptions!, listeners);
    this.#hosts.set(key, host);
    return host;
  }

  /** As behind any failed hook: every check gets its status and error. */
  #allFailed(fault: Fault): AttemptOutcome {
    const checks = this.#checks.map(({ title }) => ({ title, status: statusOf(fault), durationMs: 0, fault }));
    return { ending: 'completed', checks, sessionDirty: false };
  }

  /** A site whose time was up, or that held its host, is errored in all that it left open. */
  #withUndecided(outcome: AttemptOutcome): AttemptOutcome {
    const { fault } = outcome;
    if (outcome.ending !== 'timed-out' || fault === undefined) return outcome;
    const decided = new Map(outcome.checks.map((check) => [check.title, check]));
    const checks = this.#checks.map(
      ({ title }) => decided.get(title) ?? { title, status: 'errored' as const, durationMs: 0, fault },
    );
    return { ...outcome, checks };
  }
}
