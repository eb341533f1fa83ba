import { join } from 'node:path';
import { faultOf, type Fault } from '../../core/fault.ts';
import type { RunOptions } from '../../core/options.ts';
import { exitOf, outcomeOf } from '../../core/outcome.ts';
import type { Emit } from '../../core/ports.ts';
import { RunState } from '../../core/run-state.ts';
import { Dispatcher } from '../../dispatch/dispatcher.ts';
import { HostLimits } from '../../dispatch/host-limits.ts';
import { domainOf, hostOf, isLocal } from '../../plan/hosts.ts';
import { Journal } from '../../results/journal.ts';
import { HISTORY } from '../../results/layout.ts';
import { findUnfinished, planResume } from '../../results/resume.ts';
import { RunFolder, setAsideText } from '../../results/run-folder.ts';
import { EarlyEvents } from './early-events.ts';
import { gridFor, type GridOrder } from './grid.ts';
import { EventFeed, type Run, type RunSummary } from './handle.ts';
import { failureCounter, knownFacts, knownFailureEvents } from './known-failures.ts';
import { installExtension } from './extension.ts';
import { runHistory } from './history.ts';
import { readInput } from './input.ts';
import { planFacts, runName, runStarted, sitesPlanned } from './opening.ts';
import { rememberedDurations, unitsOf, type RunPlan } from './plan.ts';
import { reportersOf, type Terminal } from './reporters.ts';
import { Stopper, globalTimeout } from './stop.ts';
import { isolation, sitesPerSession } from '../../session/isolation.ts';
import { startWebServer } from '../../webserver/web-server.ts';

/** With no session for so long, a grid is lost: longer than a hub takes to start again. */
const GRID_LOST_AFTER_MS = 60_000;

/** Starts a run: its events and its summary come from what this returns. Nothing is printed but to `terminal`. */
export function startRun(options: RunOptions, { terminal }: { readonly terminal?: Terminal } = {}): Run {
  const feed = new EventFeed();
  const control = new Stopper();
  const summary = execute(options, terminal, feed, control).finally(() => feed.end());
  // Whoever only reads the events must not be hit by a rejection that nobody awaits.
  summary.catch(() => {});
  return { [Symbol.asyncIterator]: () => feed.read(), summary, stop: (how = 'drain') => control.stop(how) };
}

/** Makes the plan of a run and starts nothing. Throws a refusal with every mistake of list and checks. */
export async function planRun(options: RunOptions): Promise<RunPlan> {
  await using stack = new AsyncDisposableStack();
  const { plan } = await readInput(options, stack, () => {}, new AbortController().signal);
  return plan;
}

/** The whole run, in order; what it opened is closed in the reverse order, whatever happens. */
async function execute(
  options: RunOptions,
  terminal: Terminal | undefined,
  feed: EventFeed,
  control: Stopper,
): Promise<RunSummary> {
  await using stack = new AsyncDisposableStack();
  const { signal } = control;
  const run = runName();
  const gate = new EarlyEvents();
  const { list, plan, runner, builds, known, secrets } = await control.abandoning(
    readInput(options, stack, gate.emit, signal),
  );
  const folder = stack.use(await RunFolder.open(options.out));
  const aside = await folder.setAside();
  const resumed =
    options.resume === undefined
      ? undefined
      : await planResume(await findUnfinished(folder, options.resume), planFacts(plan));
  const durations = await rememberedDurations(options.out);
  const grid = stack.use(await control.preparing(gridFor(options, gridOrder(plan, terminal, gate.emit, signal))));
  secrets.push(...(grid.secrets ?? []));
  const withExtension =
    builds === undefined
      ? undefined
      : await control.preparing(installExtension(grid, builds, options, run, signal, gate.emit));
  if (options.webServer !== undefined)
    stack.use(await control.preparing(startWebServer(options.webServer, options.cwd, signal)));
  signal.throwIfAborted();

  await folder.clear();
  const state = new RunState();
  const history = runHistory(join(options.out, HISTORY), state);
  const journal = Journal.open(folder.journalPath, {
    secrets,
    onFailure: (error) => control.stopFor('journal', error.message),
  });
  stack.defer(() => journal.close());
  const reporters = reportersOf(options, terminal, state, { folder, journal, history });
  const emit: Emit = (event) => {
    const dated = journal.append(event);
    reporters.onEvent(dated);
    feed.push(dated);
  };
  const startedAt = Date.now();
  const controlMode = builds?.mode ?? 'never';
  emit({ ...runStarted(run, options, plan, grid, resumed), control: controlMode });
  for (const planned of sitesPlanned(plan)) emit(planned);
  gate.open(emit);
  if (aside !== undefined && resumed === undefined)
    emit({ type: 'notice', level: 'info', code: 'run.set-aside', text: setAsideText(aside) });
  if (history.notice !== undefined) emit(history.notice);
  for await (const event of resumed?.keptEvents() ?? []) emit(event);
  await resumed?.copyEvidence(folder);

  const sites = resumed === undefined ? plan.sites : plan.sites.filter((site) => !resumed.kept.has(site.id));
  const units =
    resumed === undefined
      ? plan.units
      : unitsOf(
          sites.filter((site) => site.skip === undefined),
          options,
          plan.sessions,
          durations,
        );
  const between = isolation(options.isolation);
  const facts = knownFacts(options, list, plan, withExtension);
  const dispatcher = new Dispatcher(
    { sites, units, checks: plan.checks.map((check) => check.title) },
    {
      run,
      capabilities: options.capabilities,
      retries: options.retries,
      infraRetries: options.infraRetries,
      control: controlMode,
      siteTimeoutMs: options.siteTimeoutMs,
      maxFailures: options.maxFailures,
      sitesPerSession: sitesPerSession(options.isolation),
      gridLostAfterMs: GRID_LOST_AFTER_MS,
    },
    {
      grid: withExtension?.grid ?? grid,
      runner,
      isolation: withExtension?.isolation(between) ?? between,
      limits: hostLimits(options),
      emit,
      counts: failureCounter(state, known, facts),
    },
  );
  using _limit = globalTimeout(options.globalTimeoutMs, control);
  const faults = await dispatch(dispatcher, control);
  await runner[Symbol.asyncDispose]();
  gate.close();
  for (const event of knownFailureEvents(state, known, facts)) emit(event);
  for (const event of history.remembered()) emit(event);
  emit({ type: 'run-ended', durationMs: Date.now() - startedAt, stopped: dispatcher.stopped, faults });
  await journal.flush();
  await reporters.finish();
  const reportFailed = reporters.failures.length > 0 || journal.failure !== undefined;
  const exit = exitOf(outcomeOf(state, reportFailed));
  const { counts, durationMs } = { counts: state.counts(), durationMs: state.durationMs };
  return { run, exitCode: exit.code, reasons: exit.reasons, counts, durationMs, out: options.out };
}

function gridOrder(plan: RunPlan, terminal: Terminal | undefined, emit: Emit, signal: AbortSignal): GridOrder {
  const siteUrls = plan.sites.filter((site) => site.skip === undefined).map((site) => site.url);
  return { siteUrls, signal, emit, onProgress: (text) => void terminal?.stream.write(`${text}\n`) };
}

/** Runs the dispatcher; the faults of the run itself are a bug of gridrun. */
async function dispatch(dispatcher: Dispatcher, control: Stopper): Promise<Fault[]> {
  control.attach(dispatcher);
  try {
    await dispatcher.run();
    return [];
  } catch (error) {
    return [faultOf(error)];
  }
}

function hostLimits(options: RunOptions): HostLimits {
  return new HostLimits(options.perHost, options.perDomain, (url) => {
    const host = hostOf(url);
    return { host, domain: domainOf(url), local: isLocal(host) };
  });
}
