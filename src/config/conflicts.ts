import type { GivenSettings, SettingSources } from './given-settings.ts';
import { TABLE } from './settings.ts';

/** Settings that are right one by one and wrong together, as lines for the user. */
export function conflicts(given: GivenSettings, grid: string, env: SettingSources['env']): string[] {
  return [
    ...extensionConflicts(given),
    ...uselessFlags(given, grid),
    ...displayMissing(given, grid, env),
    ...chromeConflicts(given, grid),
    ...(given.given(TABLE.resume) !== undefined && given.value(TABLE.lastFailed)
      ? ['--resume and --last-failed: the first continues a run, the second starts a new one; pass only one']
      : []),
    ...bailTwice(given),
    ...(given.value(TABLE.trace) && given.value(TABLE.evidence) === 'none'
      ? ['--trace: --evidence none keeps no pictures; pass --evidence failures or all']
      : []),
  ];
}

/** A flag goes before the config, so one of each is fine. */
function bailTwice(given: GivenSettings): string[] {
  const { bail, maxFailures } = TABLE;
  if (given.isFlag(bail) && given.isFlag(maxFailures))
    return ['--bail and --max-failures: --bail is --max-failures 1; pass only one'];
  const isInConfig = given.inConfig(bail) === true && given.inConfig(maxFailures) !== undefined;
  return isInConfig && !given.isFlag(bail) && !given.isFlag(maxFailures)
    ? ['bail and maxFailures in the config: bail is maxFailures 1; keep only one']
    : [];
}

function extensionConflicts(given: GivenSettings): string[] {
  const hasExtension = given.given(TABLE.extension) !== undefined;
  const hasControl = given.given(TABLE.control) !== undefined;
  const needExtension = [
    ...(hasControl ? ['--control'] : []),
    ...(given.value(TABLE.failOnExtensionErrors) ? ['--fail-on-extension-errors'] : []),
  ];
  return [
    ...(hasExtension
      ? []
      : needExtension.map((flag) => `${flag}: there is no extension to test; add --extension <dir|zip|crx>`)),
    ...(given.value(TABLE.controlAll) && !hasControl
      ? ['--control-all: there is no control; add --control <none|dir|zip|crx>']
      : []),
    ...(hasControl
      ? []
      : [
          ...[TABLE.controlSample, TABLE.controlRunBudget, TABLE.controlWait].filter(
            (setting) => given.given(setting) !== undefined,
          ),
          ...(given.isFlag(TABLE.controlBudget) ? [TABLE.controlBudget] : []),
        ].map(({ flag }) => `--${flag}: there is no control; add --control <none|dir|zip|crx>`)),
    ...(hasExtension && given.value(TABLE.isolation) === 'context'
      ? ['--isolation context: extensions do not run in a separate browser context; use wipe or session']
      : []),
  ];
}

/** Flags that would do nothing in this run. In a config they are fine: other runs may need them. */
function uselessFlags(given: GivenSettings, grid: string): string[] {
  const { nodes, sessionsPerNode, image, hubImage, gridName } = TABLE;
  const forDocker = [gridName, nodes, sessionsPerNode, image, hubImage].filter((setting) => given.isFlag(setting));
  return [
    ...(given.isFlag(TABLE.baselineNights) && given.given(TABLE.baseline) === undefined
      ? ['--baseline-nights: there is no baseline; add --baseline <dir>']
      : []),
    ...(given.isFlag(TABLE.recordMax) && given.value(TABLE.record) === 'off'
      ? ['--record-max: nothing is recorded; add --record failures or --record all']
      : []),
    ...(given.isFlag(TABLE.list) && given.value(TABLE.list) && given.isFlag(TABLE.resume)
      ? ['--resume: --list prints the plan of a new run; pass only one of the two']
      : []),
    ...(grid === 'docker'
      ? []
      : forDocker.map(({ flag }) => `--${flag}: applies only to a grid in containers; add --grid docker`)),
  ];
}

/** In a config, `chrome` is for the runs on this machine. */
function chromeConflicts(given: GivenSettings, grid: string): string[] {
  const { chrome, headed, extension } = TABLE;
  const kind = given.value(chrome);
  if (grid !== 'local')
    return given.isFlag(chrome) ? ['--chrome: applies only to the Chrome of this machine; leave it out'] : [];
  if (kind !== 'shell') return [];
  return [
    ...(given.value(headed)
      ? ['--chrome shell: the headless shell has no window; leave out --headed (and --hold)']
      : []),
    ...(given.given(extension) === undefined
      ? []
      : ['--chrome shell: extensions do not run in the headless shell; pass --chrome full']),
  ];
}

function displayMissing(given: GivenSettings, grid: string, env: SettingSources['env']): string[] {
  // Only on Linux does a program need to know the display.
  const hasDisplay = process.platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
  return given.value(TABLE.headed) && grid === 'local' && !hasDisplay
    ? [
        '--headed (and --hold) needs a display for its window, and DISPLAY is not set; leave it out, or start gridrun with xvfb-run',
      ]
    : [];
}
