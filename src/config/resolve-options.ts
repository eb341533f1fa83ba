import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { refusal, type GridrunError } from '../core/fault.ts';
import { nearest } from '../text/nearest.ts';
import { REPORTER_NAMES } from '../core/reporter-names.ts';
import type { ReporterOptions, RunOptions, WebServerOptions } from '../core/options.ts';
import { CONFIG_ONLY, SETTINGS, configKey, type Setting } from './settings.ts';

/** Where settings come from, weakest last. */
export interface SettingSources {
  readonly cwd: string;
  /** By config key: `sessions`, `grepInvert`; as given on the command line. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly configName: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const WEB_SERVER_TIMEOUT_MS = 60_000;
const OTHER_BROWSERS = /^(firefox|safari|internet explorer|webkit)/i;

/** Flags over config over defaults, each checked. Throws one refusal that names every mistake. */
export function resolveOptions(sources: SettingSources): RunOptions {
  const { options, wrong } = readSettings(sources);
  if (wrong !== undefined) throw wrong;
  return options;
}

/** What the settings say, with the default for one that is wrong; and the refusal that names every mistake. */
export function readSettings(sources: SettingSources): { readonly options: RunOptions; readonly wrong?: GridrunError } {
  const mistakes: string[] = [];
  const given = {
    ...readAll(sources.config, (key) => `${sources.configName}: ${key}`, mistakes),
    ...readAll(sources.flags, (key) => `--${flagOf(key)}`, mistakes),
  };
  const capabilities = readCapabilities(given['capabilities'], sources.cwd, mistakes);
  const reporters = readReporters(given['reporter'], mistakes);
  const grid = readGrid(given['grid'], sources.env, mistakes);
  mistakes.push(...extensionMistakes(given), ...idleFlags(sources.flags, given, grid));
  if (given['headed'] === true && grid === 'local' && !hasDisplay(sources.env)) {
    mistakes.push(
      '--headed: there is no display here for a window (DISPLAY is not set); leave it out, or start gridrun with xvfb-run',
    );
  }
  if (given['resume'] !== undefined && given['lastFailed'] === true) {
    mistakes.push('--resume and --last-failed: one goes on with a run, the other begins one; give one of them');
  }
  if (given['trace'] === true && given['evidence'] === 'none')
    mistakes.push('--trace: with --evidence none nothing of it is kept; give failures or all');
  const ci = isCi(sources.env);
  const options: Record<string, unknown> = {
    cwd: sources.cwd,
    ...only('sites', given['sites']),
    checks: given['checks'] ?? [],
    setup: given['setup'] ?? [],
    grid,
    docker: {
      name: given['gridName'] ?? 'gridrun',
      nodes: given['nodes'] ?? { min: 2, max: 2 },
      sessionsPerNode: given['sessionsPerNode'] ?? 'auto',
      ...only('image', given['image']),
      ...only('hubImage', given['hubImage']),
    },
    sessions: given['sessions'] ?? 'auto',
    chunkSize: given['chunkSize'] ?? 'auto',
    perHost: given['perHost'] ?? 1,
    perDomain: given['perDomain'] ?? 0,
    isolation: given['isolation'] ?? 'wipe',
    selection: {
      ...only('grep', given['grep']),
      ...only('grepInvert', given['grepInvert']),
      tags: ((given['tag'] ?? []) as string[]).map((tag) => tag.replace(/^@/, '')),
      sites: given['site'] ?? [],
    },
    retries: given['retries'] ?? 0,
    infraRetries: given['infraRetries'] ?? 2,
    checkTimeoutMs: given['timeout'] ?? 30_000,
    siteTimeoutMs: given['siteTimeout'] ?? 120_000,
    globalTimeoutMs: given['globalTimeout'] ?? 0,
    maxFailures: given['maxFailures'] ?? (given['bail'] === true ? 1 : 0),
    shard: given['shard'] ?? { index: 1, total: 1 },
    ...only('durations', given['durations']),
    headed: given['headed'] ?? false,
    capabilities,
    forbidOnly: given['forbidOnly'] ?? ci,
    failOnFlaky: given['failOnFlaky'] ?? false,
    lanesPerWorker: given['lanesPerWorker'] ?? 0,
    ...only('resume', given['resume']),
    lastFailed: given['lastFailed'] ?? false,
    ...only('extension', given['extension']),
    ...only('control', given['control']),
    controlAll: given['controlAll'] ?? false,
    failOnExtensionErrors: given['failOnExtensionErrors'] ?? false,
    ...only('baseline', given['baseline']),
    baselineNights: given['baselineNights'] ?? 1,
    ...only('expectations', given['expectations']),
    evidence: given['evidence'] ?? 'failures',
    trace: given['trace'] ?? false,
    reporters,
    out: resolve(sources.cwd, (given['out'] as string | undefined) ?? 'gridrun-results'),
    ...only('webServer', readWebServer(given['webServer'])),
  };
  const wrong =
    mistakes.length === 0
      ? undefined
      : refusal('options', 'the settings are wrong', { mistakes, hint: 'gridrun --help lists every flag' });
  return { options: options as unknown as RunOptions, ...only('wrong', wrong) };
}

/** Flags that make no sense by themselves, and the one isolation in which no extension runs. */
function extensionMistakes(given: Readonly<Record<string, unknown>>): string[] {
  const mistakes: string[] = [];
  const hasExtension = given['extension'] !== undefined;
  for (const [key, flag] of [
    ['control', '--control'],
    ['failOnExtensionErrors', '--fail-on-extension-errors'],
  ] as const) {
    if (given[key] !== undefined && given[key] !== false && !hasExtension)
      mistakes.push(`${flag}: there is no extension to hold it against; give --extension <dir|zip|crx>`);
  }
  if (given['controlAll'] === true && given['control'] === undefined)
    mistakes.push('--control-all: there is no control; give --control <none|dir|zip|crx>');
  if (hasExtension && given['isolation'] === 'context') {
    mistakes.push('--isolation context: extensions do not run in a browser context of their own; give wipe or session');
  }
  return mistakes;
}

/** Flags, given on the command line, that would do nothing there; a config may hold them for other runs. */
function idleFlags(flags: SettingSources['flags'], given: Readonly<Record<string, unknown>>, grid: string): string[] {
  const mistakes: string[] = [];
  if (flags['baselineNights'] !== undefined && given['baseline'] === undefined)
    mistakes.push('--baseline-nights: there is no baseline; give --baseline <dir>');
  if (flags['list'] === true && flags['resume'] !== undefined)
    mistakes.push('--resume: --list prints the plan of a new run; leave one of the two out');
  if (grid === 'docker') return mistakes;
  const ofDocker = ['gridName', 'nodes', 'sessionsPerNode', 'image', 'hubImage'].filter(
    (key) => flags[key] !== undefined,
  );
  return [
    ...mistakes,
    ...ofDocker.map((key) => `--${flagOf(key)}: is of a grid in containers; give --grid docker with it`),
  ];
}

/** Only on Linux does a window need to be told where. */
function hasDisplay(env: SettingSources['env']): boolean {
  return process.platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
}

/** CI servers set `CI`, to `true` or `1`. */
function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false' && env['CI'] !== '0';
}

function readAll(
  raw: Readonly<Record<string, unknown>>,
  nameOf: (key: string) => string,
  mistakes: string[],
): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    const setting = settingOf(key);
    if (setting === undefined) {
      const meant = nearest(key, [...SETTINGS.map((known) => configKey(known.flag)), ...Object.keys(CONFIG_ONLY)]);
      mistakes.push(
        `${nameOf(key)}: no such setting${meant === undefined ? '' : `; did you mean ${nameOf(meant).split(' ').at(-1)}?`}`,
      );
      continue;
    }
    const parsed = setting.schema.safeParse(value);
    if (parsed.success) read[key] = parsed.data;
    else
      mistakes.push(
        `${nameOf(key)}: wants ${setting.wants}${isObject(value) ? `; ${issuesIn(parsed.error)}` : value === '' ? '; nothing was given' : `, not ${shown(value)}`}`,
      );
  }
  return read;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong inside an object, without its values: some may be secrets. */
function issuesIn({ issues }: z.ZodError): string {
  return issues
    .map((issue) => (issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`))
    .join('; ');
}

/** As a mistake shows it: a URL may hold a password. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).replace(/\/\/[^/@]*@/g, '//***@');
}

function settingOf(key: string): Pick<Setting, 'wants' | 'schema'> | undefined {
  const own = Object.entries(CONFIG_ONLY).find(([name]) => name === key)?.[1];
  return own ?? SETTINGS.find((setting) => configKey(setting.flag) === key);
}

function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function readGrid(given: unknown, env: SettingSources['env'], mistakes: string[]): string {
  if (typeof given === 'string') return given;
  const remote = env['SELENIUM_REMOTE_URL'];
  if (remote === undefined || remote === '') return 'local';
  if (!/^https?:\/\//.test(remote)) mistakes.push('SELENIUM_REMOTE_URL: wants the http(s) URL of a WebDriver endpoint');
  return remote;
}

/** The user's capabilities; one browser alone has the DevTools and the extensions that gridrun works with. */
function readCapabilities(given: unknown, cwd: string, mistakes: string[]): Record<string, unknown> {
  const capabilities = capabilitiesOf(given, cwd, mistakes);
  const { browserName } = capabilities;
  if (typeof browserName === 'string' && OTHER_BROWSERS.test(browserName))
    mistakes.push(`--capabilities: browserName is "${browserName}"; gridrun drives Chrome and Chromium`);
  return capabilities;
}

function capabilitiesOf(given: unknown, cwd: string, mistakes: string[]): Record<string, unknown> {
  if (given === undefined) return {};
  // The schema lets an object or a text through, and nothing else.
  if (typeof given !== 'string') return given as Record<string, unknown>;
  const source = given;
  try {
    const json = source.trimStart().startsWith('{') ? source : readFileSync(resolve(cwd, source), 'utf8');
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
    mistakes.push('--capabilities: wants a JSON object');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    mistakes.push(
      `--capabilities: wants a JSON object, or a file that holds one: ${code === 'ENOENT' ? `there is no file ${resolve(cwd, source)}` : message}`,
    );
  }
  return {};
}

/** What `--reporter` of a command other than `run` means. Throws a refusal that names every unknown reporter. */
export function reporterOptions(given: unknown): ReporterOptions[] {
  const mistakes: string[] = [];
  const names = (Array.isArray(given) ? given : [given]).flatMap((entry) => String(entry).split(',')).filter(Boolean);
  const reporters = readReporters(names, mistakes);
  if (mistakes.length > 0) throw refusal('options', 'the settings are wrong', { mistakes });
  return reporters;
}

function readReporters(given: unknown, mistakes: string[]): ReporterOptions[] {
  return ((given ?? ['list']) as string[]).map((entry) => {
    const [name = '', path] = entry.split(/=(.*)/s);
    if (!REPORTER_NAMES.some((known) => known === name)) {
      const meant = nearest(name, [...REPORTER_NAMES]);
      mistakes.push(
        `--reporter ${name}: no such reporter; ${meant === undefined ? `there are ${REPORTER_NAMES.join(', ')}` : `did you mean ${meant}?`}`,
      );
    }
    return { name, ...(path === undefined || path === '' ? {} : { path }) };
  });
}

function readWebServer(given: unknown): WebServerOptions | undefined {
  if (given === undefined) return undefined;
  const { timeout, reuseExistingServer, ...rest } = given as Omit<
    WebServerOptions,
    'timeoutMs' | 'reuseExistingServer'
  > & {
    timeout?: number;
    reuseExistingServer?: boolean;
  };
  return { ...rest, timeoutMs: timeout ?? WEB_SERVER_TIMEOUT_MS, reuseExistingServer: reuseExistingServer ?? false };
}

function only(key: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [key]: value };
}
