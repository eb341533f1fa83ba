import type { RunEnded } from '../../core/event.ts';
import { faultOf, type Fault } from '../../core/fault.ts';
import type { DispatchOptions } from '../../core/options.ts';
import type { Grid, OwnPage, SessionRequest } from '../../core/ports.ts';
import type { DispatchPlan, DispatchSettings } from '../../dispatch/dispatch-plan.ts';
import { Dispatcher } from '../../dispatch/dispatcher.ts';
import { HostLimits, type Whereabouts } from '../../dispatch/host-limits.ts';
import { domainOf, hostOf, isLocal } from '../../plan/hosts.ts';
import { canary } from '../../session/canary.ts';
import { ask } from '../../session/ask.ts';
import { sitesPerSession } from '../../session/isolation.ts';
import { failureCounter } from './known-failures.ts';
import type { Books } from './open-books.ts';
import { unitsOf } from './plan.ts';
import type { Prepared } from './prepare.ts';
import type { RunOrder } from './run-order.ts';
import { sparingSites } from './sparing-sites.ts';
import { globalTimeout } from './stop.ts';

/** The pause between the first two probes of a grid or network that is down. */
const PROBE_PAUSE_MS = 1_000;
/** A session that has waited so long for a site may be gone. A busy grid answers sooner than a new session opens. */
const ASK_AFTER_MS = 10_000;

/** With more sites than this, a sample says something about the whole list and costs little. */
const LONG_LIST = 200;
const SAMPLE_OF_LONG_LIST = 0.05;

/** How the third phase ended. */
export interface Dispatched {
  /** Why the run stopped early; empty if it did not. */
  readonly stopped: RunEnded['stopped'];
  /** Bugs of gridrun that ended the run. */
  readonly faults: readonly Fault[];
  /** The sites of the run, to judge some of them again. */
  readonly sites: Dispatcher['sites'];
}

/** The third phase: brings every site to its verdict, then ends the workers. After it nothing else happens in the run. */
export async function dispatch(
  prepared: Prepared,
  { emit, state }: Books,
  { options, stopper, stage }: RunOrder,
): Promise<Dispatched> {
  const { run, input, grid, plainGrid, isolation, facts, early } = prepared;
  const { runner, known } = input;
  using limits = hostLimits(options);
  const work = workOf(prepared, options.chunkSize);
  runner.warm(work.sites.length);
  const dispatcher = new Dispatcher(work, settingsOf(prepared, options), {
    grid,
    runner: stage?.sessions.runner(runner, input.secrets) ?? sparingSites(runner, plainGrid),
    isolation,
    ask,
    canary: (signal) => canary(grid, () => openPage(plainGrid), canaryRequest(run, options.capabilities, signal)),
    limits,
    emit,
    earlier: (siteId) => prepared.input.earlier.get(siteId),
    counts: failureCounter(state, known, facts),
  });
  using _limit = globalTimeout(options.globalTimeoutMs, stopper);
  stopper.attach(dispatcher);
  const faults = await dispatcher.run().then(
    () => [],
    (error: unknown) => [faultOf(error)],
  );
  await runner[Symbol.asyncDispose]();
  early.close();
  return { stopped: dispatcher.stopped, faults, sites: dispatcher.sites };
}

function settingsOf({ run, control, input }: Prepared, options: DispatchOptions): DispatchSettings {
  return {
    run,
    capabilities: options.capabilities,
    retries: options.retries,
    infraRetries: options.infraRetries,
    control,
    controlSample: options.controlSample ?? (input.list.sites.length > LONG_LIST ? SAMPLE_OF_LONG_LIST : 0),
    controlBudget: options.controlBudget,
    controlRunBudget: options.controlRunBudget,
    controlWaitMs: options.controlWaitMs,
    siteTimeoutMs: options.siteTimeoutMs,
    maxFailures: options.maxFailures,
    sitesPerSession: sitesPerSession(options.isolation),
    outageSites: options.outageSites,
    outageMs: options.outageMs,
    probePauseMs: PROBE_PAUSE_MS,
    askAfterMs: ASK_AFTER_MS,
  };
}

async function openPage(grid: Grid): Promise<OwnPage | undefined> {
  return await grid.openPage?.();
}

function canaryRequest(run: string, capabilities: SessionRequest['capabilities'], signal: AbortSignal): SessionRequest {
  return { name: `${run}-canary`, capabilities, avoidNodes: [], signal };
}

/** The plan's work, without the sites that a resumed run keeps. */
function workOf({ input, resumed }: Prepared, chunkSize: number | 'auto'): DispatchPlan {
  const { plan, durations } = input;
  const checks = plan.checks.map((check) => check.title);
  if (resumed === undefined) return { sites: plan.sites, units: plan.units, checks };
  const sites = plan.sites.filter((site) => !resumed.kept.has(site.id));
  return { sites, units: unitsOf(sites, { sessions: plan.sessions, chunkSize, durations }), checks };
}

function hostLimits({ perHost, perDomain, hostDelayMs }: DispatchOptions): HostLimits {
  const where = (url: string): Whereabouts => {
    const host = hostOf(url);
    return { host, domain: domainOf(url), local: isLocal(host) };
  };
  return new HostLimits({ perHost, perDomain, hostDelayMs, where });
}
