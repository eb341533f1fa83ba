import { makeFault } from '../../core/fault.ts';
import type { AttemptOutcome } from '../../core/ports.ts';
import { isFailing } from '../../core/verdict.ts';
import { now } from '../../os/real-timers.ts';
import { namesOf } from '../../text/names-of.ts';
import type { FromWorker, WorkerDone } from '../protocol.ts';
import type { AttemptRun } from './attempt/attempt-run.ts';
import type { Lane } from './lane/lane.ts';
import type { LoadGuard } from './lane/lane-set.ts';
import { addressInUse, endChildren, hasOpenServer } from './process/attempt-resources.ts';
import type { ProcessWatch } from './process/process-watch.ts';

/** A look at all shared objects takes a tenth of a millisecond and more, so this bounds what all looks cost. */
const CLOSE_LOOK_MS = 25;

/** Changes that gridrun's own commands do not depend on. */
const OF_PROCESS = /^the (working folder|umask|environment|handlers)|^process\.env$/;

/** The suite cannot be loaded twice in this process. */
class UnsafeLoadError extends Error {}

/**
 * Looks after the process that all lanes share. When a check changes it while other sites run, or leaves it changed, the
 * worker is *spent*: it takes no further attempt.
 */
export class SharedProcess implements LoadGuard {
  readonly #watch: ProcessWatch;
  readonly #attempts: ReadonlyMap<number, AttemptRun>;
  readonly #send: (message: FromWorker) => void;
  #isSpent = false;
  #hasRun = false;
  #lookedAt = 0;

  constructor(watch: ProcessWatch, attempts: ReadonlyMap<number, AttemptRun>, send: (message: FromWorker) => void) {
    this.#watch = watch;
    this.#attempts = attempts;
    this.#send = send;
  }

  get isSpent(): boolean {
    return this.#isSpent;
  }

  /**
   * Looks at what checks have changed. Call often: for each command, at the end of each hook and each test. New properties
   * that do not show in a listing are seen at the end of the attempt.
   */
  look(): void {
    if (this.#attempts.size < 2 || this.#isSpent) return;
    const isClose = now() - this.#lookedAt >= CLOSE_LOOK_MS;
    if (isClose) this.#lookedAt = now();
    this.#report(isClose ? this.#watch.changes('enumerable') : this.#watch.glance());
  }

  /** What is not as it was, by name. */
  changes(): readonly string[] {
    return this.#watch.changes();
  }

  /** May an attempt start? Not in a process that a check of another site has changed. */
  mayStart(): boolean {
    // What changes before the first attempt is part of the load.
    if (!this.#hasRun) this.keep();
    if (this.#attempts.size > 1) this.look();
    else if (!this.#isSpent)
      this.#isSpent = this.#watch.changes(this.#attempts.size > 0 ? 'enumerable' : 'all').length > 0;
    return !this.#isSpent;
  }

  /** Code of no site has changed the process, such as mocha's global setup. That is meant for all sites. */
  keep(): void {
    if (this.#attempts.size === 0) this.#watch.keep();
  }

  async afterLoad(lane: Lane): Promise<'kept' | 'again'> {
    const effect = await this.#watch.afterLoad(lane, this.#attempts.size > 0);
    if (effect === 'kept' || effect === 'again') return effect;
    this.#report(effect.unsafe, this.#attempts.size === 0);
    throw new UnsafeLoadError(effect.unsafe.join(', '));
  }

  /**
   * What the end of an attempt says about the process. Call it while the attempt is still one of those that run. `isClean`:
   * its hooks have run to their end.
   */
  endOf(attempt: AttemptRun, outcome: AttemptOutcome, isClean: boolean): Pick<WorkerDone, 'isSpent' | 'addressInUse'> {
    this.#hasRun = true;
    // A change may be why a check failed. Where all passed, the looks of the other attempts are soon enough.
    if (this.#attempts.size > 1 && hasPassed(outcome)) this.look();
    else this.#lookAtAll();
    if (!isClean) endChildren(attempt);
    if (!isClean || hasOpenServer(attempt)) this.#isSpent = true;
    const address = addressOf(attempt, outcome);
    return {
      ...(this.#isSpent ? { isSpent: true } : {}),
      ...(address === undefined ? {} : { addressInUse: address }),
    };
  }

  /**
   * Blames the check for an attempt that was cut, if it was alone in the process and has left builtins changed: gridrun's own
   * commands are made of them. If the grid seemed to be the reason, the site is tried again all the same.
   */
  blame(outcome: AttemptOutcome): AttemptOutcome {
    const { ending, fault } = outcome;
    if (fault === undefined || this.#attempts.size !== 1) return outcome;
    const isOfGrid = ending === 'faulted' && (fault.cause === 'grid' || fault.cause === 'runner');
    if (!isOfGrid && fault.code !== 'site.timeout') return outcome;
    const changed = this.#watch.changes().filter((name) => !OF_PROCESS.test(name));
    if (changed.length === 0) return outcome;
    const text = `a check replaced ${namesOf(changed)} and did not put it back, which gridrun needs; then came: ${fault.message}`;
    const own = makeFault('check.broke-process', text);
    const checks = outcome.checks.map((check) => (check.fault?.code === fault.code ? { ...check, fault: own } : check));
    return { ...outcome, checks, fault: own };
  }

  #lookAtAll(): void {
    if (this.#isSpent) return;
    const changed = this.#watch.changes();
    if (this.#attempts.size > 1) this.#report(changed);
    else this.#isSpent = changed.length > 0;
  }

  #report(what: readonly string[], byLoad = false): void {
    if (this.#isSpent || what.length === 0) return;
    this.#isSpent = true;
    this.#send({ type: 'process-changed', what, ids: [...this.#attempts.keys()], byLoad });
  }
}

function hasPassed({ ending, checks }: AttemptOutcome): boolean {
  return ending === 'completed' && !checks.some(({ status }) => isFailing(status));
}

/** Has a check failed for an address that another server has? The server may be in another process. */
function addressOf(attempt: AttemptRun, { checks }: AttemptOutcome): string | undefined {
  const failures = checks.flatMap(({ fault }) => fault ?? []);
  if (failures.length === 0) return undefined;
  const own = addressInUse(attempt);
  if (own !== undefined) return own;
  const texts = failures.map(({ message, stack = '' }) => `${message}\n${stack}`);
  const port = texts.map((text) => /EADDRINUSE(?:.*?(:\d+))?/.exec(text)).find((match) => match !== null);
  return port === undefined ? undefined : port[1] === undefined ? 'a port' : `port ${port[1].slice(1)}`;
}
