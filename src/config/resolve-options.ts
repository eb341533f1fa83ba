import { resolve } from 'node:path';
import { refusal, type GridrunError } from '../core/fault.ts';
import type {
  CheckOptions,
  DispatchOptions,
  DockerOptions,
  ExtensionOptions,
  FolderOptions,
  GridOptions,
  KnownFailureOptions,
  PlanOptions,
  ReportOptions,
  RunOptions,
  SelectionOptions,
} from '../core/options.ts';
import { readCapabilities } from './capabilities.ts';
import { conflicts } from './conflicts.ts';
import { GivenSettings, type SettingSources } from './given-settings.ts';
import { readReporters } from './reporters.ts';
import { TABLE } from './settings.ts';

/** What several slices of the options share. */
interface Shared extends FolderOptions, Pick<GridOptions, 'grid' | 'capabilities'>, Pick<ReportOptions, 'reporters'> {
  readonly isCi: boolean;
}

/**
 * The options of a run: flags over the config over the defaults, each checked.
 * @throws GridrunError that names every mistake
 */
export function resolveOptions(sources: SettingSources): RunOptions {
  const { options, wrong } = readSettings(sources);
  if (wrong !== undefined) throw wrong;
  return options;
}

/** The options of a run, with the default for each wrong setting, and the error that names every mistake if there is one. */
export function readSettings(sources: SettingSources): { readonly options: RunOptions; readonly wrong?: GridrunError } {
  const { cwd, env } = sources;
  const given = new GivenSettings(sources);
  const mistakes = given.mistakes();
  const shared = {
    cwd,
    out: resolve(cwd, given.value(TABLE.out)),
    capabilities: readCapabilities(given.given(TABLE.capabilities), cwd, mistakes),
    reporters: readReporters(given.value(TABLE.reporter), mistakes),
    grid: given.given(TABLE.grid) ?? gridOfEnvironment(env, mistakes),
    isCi: isCi(env),
  };
  mistakes.push(...conflicts(given, shared.grid, env));
  const options = runOptions(given, shared);
  if (mistakes.length === 0) return { options };
  const hint = 'gridrun --help lists every flag';
  return { options, wrong: refusal('options', 'the settings are not valid', { mistakes, hint }) };
}

/** Each slice names all its fields, so a field that is missing or renamed does not compile. */
function runOptions(given: GivenSettings, shared: Shared): RunOptions {
  return {
    ...planOptions(given, shared),
    ...gridOptions(given, shared),
    ...checkOptions(given, shared),
    ...dispatchOptions(given, shared),
    ...extensionOptions(given, shared),
    ...knownFailureOptions(given, shared),
    reporters: shared.reporters,
    resume: given.value(TABLE.resume),
    failOnFlaky: given.value(TABLE.failOnFlaky),
    keepRecordings: given.value(TABLE.keepRecordings),
    webServer: given.value(TABLE.webServer),
  };
}

function planOptions(given: GivenSettings, { cwd, out }: Shared): PlanOptions {
  return {
    cwd,
    out,
    sites: given.value(TABLE.sites),
    selection: selectionOptions(given),
    shard: given.value(TABLE.shard),
    lastFailed: given.value(TABLE.lastFailed),
    durations: given.value(TABLE.durations),
    sessions: given.value(TABLE.sessions),
    chunkSize: given.value(TABLE.chunkSize),
  };
}

/** What was not given stays absent: the selection is part of the plan's hash. */
function selectionOptions(given: GivenSettings): SelectionOptions {
  const grep = given.value(TABLE.grep);
  const grepInvert = given.value(TABLE.grepInvert);
  return {
    ...(grep === undefined ? {} : { grep }),
    ...(grepInvert === undefined ? {} : { grepInvert }),
    tags: given.value(TABLE.tag),
    sites: given.value(TABLE.site),
  };
}

function gridOptions(given: GivenSettings, { grid, capabilities }: Shared): GridOptions {
  return {
    grid,
    docker: dockerOptions(given),
    sessions: given.value(TABLE.sessions),
    chrome: given.value(TABLE.chrome),
    headed: given.value(TABLE.headed),
    capabilities,
  };
}

function dockerOptions(given: GivenSettings): DockerOptions {
  const image = given.value(TABLE.image);
  const hubImage = given.value(TABLE.hubImage);
  return {
    name: given.value(TABLE.gridName),
    nodes: given.value(TABLE.nodes),
    sessionsPerNode: given.value(TABLE.sessionsPerNode),
    ...(image === undefined ? {} : { image }),
    ...(hubImage === undefined ? {} : { hubImage }),
  };
}

function checkOptions(given: GivenSettings, { cwd, out, isCi: inCi }: Shared): CheckOptions {
  return {
    cwd,
    out,
    checks: given.value(TABLE.checks),
    ...(given.isFlag(TABLE.checks) ? { wholeSuite: given.inConfig(TABLE.checks) ?? [] } : {}),
    setup: given.value(TABLE.setup),
    selection: selectionOptions(given),
    forbidOnly: given.value(TABLE.forbidOnly) ?? inCi,
    checkTimeoutMs: given.value(TABLE.timeout),
    lanesPerWorker: given.value(TABLE.lanesPerWorker),
    failOnExtensionErrors: given.value(TABLE.failOnExtensionErrors),
    evidence: given.value(TABLE.evidence),
    trace: given.value(TABLE.trace),
    record: given.value(TABLE.record),
    recordMaxBytes: given.value(TABLE.recordMax),
  };
}

/** As many loads for comparisons as there are sites. */
const ALL = 1;

function dispatchOptions(given: GivenSettings, { capabilities }: Shared): DispatchOptions {
  return {
    capabilities,
    isolation: given.value(TABLE.isolation),
    retries: given.value(TABLE.retries),
    infraRetries: given.value(TABLE.infraRetries),
    controlSample: given.value(TABLE.controlSample),
    controlBudget: given.value(TABLE.controlBudget),
    controlRunBudget: given.value(TABLE.controlRunBudget) ?? ALL,
    controlWaitMs: given.value(TABLE.controlWait),
    outageSites: given.value(TABLE.outageSites),
    outageMs: given.value(TABLE.outageTimeout),
    siteTimeoutMs: given.value(TABLE.siteTimeout),
    globalTimeoutMs: given.value(TABLE.globalTimeout),
    maxFailures: given.isFlag(TABLE.bail) && given.value(TABLE.bail) ? 1 : maxFailuresOf(given),
    perHost: given.value(TABLE.perHost),
    perDomain: given.value(TABLE.perDomain),
    hostDelayMs: given.value(TABLE.hostDelay),
  };
}

function maxFailuresOf(given: GivenSettings): number {
  return given.value(TABLE.maxFailures) ?? (given.value(TABLE.bail) ? 1 : 0);
}

function extensionOptions(given: GivenSettings, { cwd, capabilities }: Shared): ExtensionOptions {
  return {
    cwd,
    capabilities,
    extension: given.value(TABLE.extension),
    control: given.value(TABLE.control),
    controlAll: given.value(TABLE.controlAll),
  };
}

function knownFailureOptions(given: GivenSettings, { cwd }: Shared): KnownFailureOptions {
  return {
    cwd,
    baseline: given.value(TABLE.baseline),
    baselineNights: given.value(TABLE.baselineNights),
    expectations: given.value(TABLE.expectations),
  };
}

function gridOfEnvironment(env: SettingSources['env'], mistakes: string[]): string {
  const remote = env['SELENIUM_REMOTE_URL'];
  if (remote === undefined || remote === '') return 'local';
  if (!/^https?:\/\//.test(remote))
    mistakes.push('SELENIUM_REMOTE_URL must be the http(s) URL of a WebDriver endpoint');
  return remote;
}

/** CI servers set `CI`, to `true` or `1`. */
function isCi({ CI }: SettingSources['env']): boolean {
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}
