import { randomBytes } from 'node:crypto';
import type { ControlMode } from '../../core/attempt.ts';
import type { Emit, Grid, Isolation } from '../../core/ports.ts';
import { findUnfinished, planResume, type PlanFacts, type ResumePlan } from '../../results/resume.ts';
import { lockTakenOver, RunFolder, type SetAside } from '../../results/run-folder.ts';
import { isolation } from '../../session/isolation.ts';
import { idleInit } from '../../os/reaper.ts';
import { startWebServer } from '../../webserver/web-server.ts';
import { EarlyEvents } from './early-events.ts';
import { installExtension, withoutExtension, type Builds, type InstalledBuilds } from './extension.ts';
import { chooseChrome, type ChosenChrome } from '../../grid/which-chrome.ts';
import { gridFor, type RunGrid } from './grid.ts';
import { readInput, type RunInput } from './input.ts';
import { knownFacts, type KnownFacts } from './known-failures.ts';
import { planFacts } from './opening.ts';
import type { RunOrder } from './run-order.ts';

/** A run that can start. Dispose of it to end all that was started for it, the newest first. */
export interface Prepared extends AsyncDisposable {
  /** Sorts by time and does not repeat: `20261121-184501-3fa9`. */
  readonly run: string;
  readonly input: RunInput;
  /** Locked for this run. A finished run in it is untouched so far. */
  /** The Chrome of this machine; undefined if the run is on another grid. */
  readonly chrome: ChosenChrome | undefined;
  readonly folder: RunFolder;
  /** The unfinished run that was in the folder, and where it is now. */
  readonly aside: SetAside | undefined;
  /** Undefined if this run resumes no other. */
  readonly resumed: ResumePlan | undefined;
  /** Its sessions have the extension, if there is one. */
  readonly grid: Grid;
  /** The grid without the extension. */
  readonly plainGrid: Grid;
  readonly isolation: Isolation;
  readonly control: ControlMode;
  /** What expectations are checked against. */
  readonly facts: KnownFacts;
  /** Takes the events of what was started, until the journal is open. */
  readonly early: EarlyEvents;
}

/**
 * The first phase: reads the input, locks the results folder, then starts the grid, the extension and the web server.
 * Throws a refusal for bad input, and `interrupted` after a stop. In both cases it ends what it started.
 */
export async function prepare(order: RunOrder): Promise<Prepared> {
  const { options, stopper, stage } = order;
  const { signal } = stopper;
  await using stack = new AsyncDisposableStack();
  const early = new EarlyEvents();
  const run = runName();
  const input = await stopper.abandoning(readInput(options, { stack, emit: early.emit, signal, list: stage?.list }));
  const folder = stack.use(await RunFolder.open(options.out));
  const { tookOver } = folder;
  if (tookOver !== undefined) early.emit(lockTakenOver(tookOver));
  for (const notice of input.plan.notices) early.emit(notice);
  const notice = stage?.notice ?? withoutExtension(input.plan.checks, input.builds);
  if (notice !== undefined) early.emit(notice);
  await sayIfNothingReaps(early.emit);
  const cutOff = await folder.setAsideIfCutOff();
  const chrome = options.grid === 'local' ? await chooseChrome(options) : undefined;
  const resumed = await resumeOf(options.resume, folder, planFacts(input, chrome?.kind));
  const started = await stopper.preparing(startGrid(order, { input, chrome, emit: early.emit }));
  input.secrets.push(...(started.secrets ?? []));
  const plain = stack.use(stage?.sessions.grid(started) ?? started);
  const installed =
    input.builds && (await stopper.preparing(installBuilds(plain, input.builds, { run, order, emit: early.emit })));
  if (options.webServer !== undefined)
    stack.use(await stopper.preparing(startWebServer(options.webServer, options.cwd, signal)));
  signal.throwIfAborted();
  // The last step: what is refused leaves the results as they were.
  const aside = cutOff ?? (await folder.setAside());
  const opened = stack.move();
  return {
    run,
    input,
    chrome,
    folder,
    aside,
    resumed,
    grid: installed?.grid ?? plain,
    plainGrid: plain,
    isolation: installed?.isolation(isolation(options.isolation)) ?? isolation(options.isolation),
    control: input.builds?.mode ?? 'never',
    facts: knownFacts(input, installed?.facts.version),
    early,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function resumeOf(
  resume: string | undefined,
  folder: RunFolder,
  facts: PlanFacts,
): Promise<ResumePlan | undefined> {
  return resume === undefined ? undefined : await planResume(await findUnfinished(folder, resume), facts);
}

async function sayIfNothingReaps(emit: Emit): Promise<void> {
  const init = await idleInit();
  if (init === undefined) return;
  const who = init === 'gridrun' ? 'gridrun is PID 1, and it' : `PID 1 is ${init}, which`;
  const text = `${who} does not reap other processes: what browsers and checks leave behind stays as zombies; start the container with docker run --init`;
  emit({ type: 'notice', level: 'warning', code: 'runner.no-reaper', text });
}

function runName(): string {
  const [day = '', time = ''] = new Date().toISOString().replace(/[-:]/g, '').split(/[T.]/);
  return `${day}-${time}-${randomBytes(2).toString('hex')}`;
}

interface StartOrder {
  readonly input: RunInput;
  readonly chrome: ChosenChrome | undefined;
  readonly emit: Emit;
}

function startGrid({ options, terminal, stopper }: RunOrder, { input, chrome, emit }: StartOrder): Promise<RunGrid> {
  const siteUrls = input.plan.sites.filter((site) => site.skip === undefined).map((site) => site.url);
  const onProgress = (text: string): void => void terminal?.stream.write(`${text}\n`);
  return gridFor(options, { siteUrls, chrome, signal: stopper.signal, emit, onProgress });
}

interface InstallOrder {
  readonly run: string;
  readonly order: RunOrder;
  readonly emit: Emit;
}

function installBuilds(grid: Grid, builds: Builds, { run, order, emit }: InstallOrder): Promise<InstalledBuilds> {
  const { capabilities } = order.options;
  return installExtension(grid, builds, {
    name: `${run}-preflight`,
    capabilities,
    signal: order.stopper.signal,
    emit,
  });
}
