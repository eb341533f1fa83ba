import { pathToFileURL } from 'node:url';
import Mocha from 'mocha';
import type { WebDriver } from 'selenium-webdriver';
import { clearTimeout, setTimeout } from '../../../os/real-timers.ts';
import type { CheckPlan } from '../../../core/check.ts';
import { refusal } from '../../../core/fault.ts';
import { laneUrl } from '../../../modules/lane-url.ts';
import {
  dropAttemptOfLane,
  laneContext,
  setAttemptOfLane,
  type CheckSite,
  type AttemptContext,
} from '../attempt-context.ts';
import { rememberDefinitions } from './definitions.ts';
import { generatorsIn } from './generator-tests.ts';
import { makeLaneGlobals, type LaneGlobals } from './lane-globals.ts';
import { sealSuite, type LateTestError } from './late-tests.ts';
import { loadMistake } from './load-mistake.ts';
import type { WorkerOptions } from '../../protocol.ts';
import { refuseAsyncDescribe } from './suite-callbacks.ts';
import { applySelection, bailingChecks, exclusives, needsExtension, planSuite, shownFile } from './suite-plan.ts';
import { SuiteSnapshot } from './suite-snapshot.ts';
import { withResolvers } from '../../../os/real-builtins.ts';

/** A global setup or teardown of mocha. */
export type Fixture = (this: object) => unknown;
type RootHooks = Mocha.RootHookObject | (() => Mocha.RootHookObject | PromiseLike<Mocha.RootHookObject>);

/** What a check file or a setup module may export for mocha. */
interface MochaExports {
  readonly mochaHooks?: RootHooks;
  readonly mochaGlobalSetup?: Fixture | readonly Fixture[];
  readonly mochaGlobalTeardown?: Fixture | readonly Fixture[];
}

/** One slot's own copy of the suite: its own module instances, its own mocha. */
export class Lane {
  readonly number: number;
  readonly setup: Fixture[] = [];
  readonly teardown: Fixture[] = [];
  /** Set by `load`. */
  checks: readonly CheckPlan[] = [];
  readonly #mocha: Mocha;
  readonly #globals: LaneGlobals = makeLaneGlobals(this);
  /** The suite as it was planned. Set by `load`. */
  #planned: SuiteSnapshot | undefined;
  #spoiled = false;
  #attempt: AttemptContext | undefined;
  /** A test that was made too late by code of no site, such as a file that does not await what it starts. */
  #lateTest: LateTestError | undefined;

  private constructor(number: number, checkTimeoutMs: number) {
    this.number = number;
    this.#mocha = new Mocha({ ui: 'bdd', timeout: checkTimeoutMs, reporter: class {} as never });
    rememberDefinitions(this.#mocha.suite);
  }

  /**
   * Loads the suite into a new lane. Load one lane at a time: mocha's `describe` and `it` are globals. Calls `onFile`
   * before each file. Throws a refusal with the mistakes of all files.
   */
  static async load(number: number, options: WorkerOptions, onFile: (file: string) => void): Promise<Lane> {
    const lane = new Lane(number, options.checkTimeoutMs);
    const mistakes: string[] = [];
    await laneContext.run({ lane }, async () => {
      for (const file of [...options.setup, ...options.files]) {
        onFile(file);
        try {
          const errors = await lane.#loadWithin(options.loadLimitMs, file);
          mistakes.push(...errors.map((error) => loadMistake(error, file, options.cwd)));
        } catch (error) {
          mistakes.push(loadMistake(error, file, options.cwd));
        }
      }
    });
    for (const error of generatorsIn(lane.#mocha.suite))
      mistakes.push(loadMistake(error, options.files[0] ?? '', options.cwd));
    if (mistakes.length > 0)
      throw refusal('checks.not-loaded', 'the check files could not be loaded', { mistakes: [...new Set(mistakes)] });
    const root = lane.#mocha.suite;
    if (options.forbidOnly) refuseOnly(exclusives(root, options.cwd));
    const written = root.total();
    applySelection(root, options);
    lane.checks = planSuite(root, options.cwd);
    if (lane.checks.length === 0) throw noChecks(written, options);
    lane.#planned = new SuiteSnapshot(root);
    sealSuite(root, (error) => lane.#onLateTest(error));
    return lane;
  }

  /** It may hold something that the next site must not find, so it is not used again. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  spoil(): void {
    this.#spoiled = true;
    if (this.#attempt === undefined) dropAttemptOfLane(this.number);
  }

  /** Names the attempt that runs in the lane from now on. */
  startAttempt(attempt: AttemptContext): void {
    this.#attempt = attempt;
    setAttemptOfLane(this.number, attempt);
    if (this.#lateTest !== undefined) attempt.onLateTest(this.#lateTest, undefined);
  }

  endAttempt(): void {
    this.#attempt = undefined;
    if (this.#spoiled) dropAttemptOfLane(this.number);
  }

  /** Takes an error of code that belongs to the lane but to no attempt, such as a timer that a module starts. */
  onStray(error: unknown): void {
    this.#spoiled = true;
    this.#attempt?.onStray(error, undefined);
  }

  /**
   * Resets the suite and sets `this.site` and `this.driver` for the next attempt. Without an extension, skips the
   * checks that need one.
   */
  prepare(site: CheckSite, driver: WebDriver, hasExtension: boolean): Mocha.Suite {
    const root = this.#mocha.suite;
    this.#planned?.restore();
    Object.assign(root.ctx, { site, driver });
    if (!hasExtension) root.eachTest((test) => void (test.pending ||= needsExtension(test)));
    return root;
  }

  /** The checks that mocha leaves out after a failure, because their suite has `this.bail(true)`. */
  bailingChecks(): string[] {
    return bailingChecks(this.#mocha.suite);
  }

  #onLateTest(error: LateTestError): void {
    const store = laneContext.getStore();
    if (store?.lane === this && store.attempt !== undefined) {
      // In a new lane, the module that made it is loaded again, so the next site fails too.
      this.#spoiled = true;
      return store.attempt.onLateTest(error, store.check);
    }
    // Every site that the lane runs lacks the test.
    this.#lateTest ??= error;
    this.#attempt?.onLateTest(error, undefined);
  }

  /**
   * Limits the time: a file's top-level await may never end. Returns the errors of what mocha would lose without a word.
   */
  async #loadWithin(limitMs: number, file: string): Promise<readonly Error[]> {
    const late = withResolvers<never>();
    const message = `loading it is not done after ${limitMs} ms: what it awaits outside of its checks does not come`;
    const timer = setTimeout(() => late.reject(new Error(message)), limitMs);
    try {
      return await Promise.race([this.#loadFile(file), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #loadFile(file: string): Promise<readonly Error[]> {
    const { suite } = this.#mocha;
    const lost: Error[] = [];
    suite.emit('pre-require', globalThis, file, this.#mocha);
    refuseAsyncDescribe(this.#globals, (error) => lost.push(error));
    const module = (await import(laneUrl(pathToFileURL(file).href, this.number))) as MochaExports & {
      default?: unknown;
    };
    suite.emit('require', module, file, this.#mocha);
    suite.emit('post-require', globalThis, file, this.#mocha);
    // The exports of a CommonJS file may be visible only in its default export.
    const exported: MochaExports = { ...(isObject(module.default) ? module.default : {}), ...module };
    if (exported.mochaHooks !== undefined) {
      this.#mocha.rootHooks(
        typeof exported.mochaHooks === 'function' ? await exported.mochaHooks() : exported.mochaHooks,
      );
    }
    this.setup.push(...[exported.mochaGlobalSetup ?? []].flat());
    this.teardown.push(...[exported.mochaGlobalTeardown ?? []].flat());
    return lost;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function refuseOnly(found: readonly string[]): void {
  if (found.length === 0) return;
  throw refusal('checks.only', '.only is forbidden (--forbid-only, which is on in CI)', {
    mistakes: found,
    hint: 'remove .only, or pass --no-forbid-only',
  });
}

function noChecks(written: number, options: WorkerOptions): Error {
  const files = options.files.map((file) => shownFile(file, options.cwd));
  if (written === 0) {
    return refusal('checks.none', 'the check files contain no check', {
      mistakes: files.map((file) => `${file} has no it()`),
      hint: 'write one: it("has a login form", async () => { … })',
    });
  }
  const filters = [
    ...(options.grep === undefined ? [] : [`--grep ${options.grep}`]),
    ...(options.grepInvert === undefined ? [] : [`--grep-invert ${options.grepInvert}`]),
    ...(options.tags.length === 0 ? [] : [`--tag ${options.tags.join(' ')}`]),
  ];
  return refusal(
    'checks.none',
    `${filters.join(' and ')} ${filters.length === 1 ? 'selects' : 'select'} none of the ${written} checks`,
    {
      hint: 'run without them and with --list to see the titles',
    },
  );
}
