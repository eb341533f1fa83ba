import { configKey, type Setting } from './setting.ts';
import { CONFIG_ONLY } from './settings/config-only.ts';
import { EXTENSION } from './settings/extension.ts';
import { HOW } from './settings/how.ts';
import { KNOWN_FAILURES } from './settings/known-failures.ts';
import { LIMITS } from './settings/limits.ts';
import { RESULTS } from './settings/results.ts';
import { SELECTION } from './settings/selection.ts';
import { WHERE } from './settings/where.ts';

/** Settings that belong together, under a title of the help. */
export interface SettingGroup {
  /** The name of the group's file in settings/ and in keys/. */
  readonly name: string;
  readonly title: string;
  readonly settings: readonly Setting[];
}

/** Every setting by its config key, typed. The config type, the defaults, the help and the docs are made from it. */
export const TABLE = {
  ...SELECTION,
  ...WHERE,
  ...HOW,
  ...LIMITS,
  ...EXTENSION,
  ...KNOWN_FAILURES,
  ...RESULTS,
  ...CONFIG_ONLY,
} as const;

/** The settings in the order of the help. */
export const GROUPS: readonly SettingGroup[] = [
  { name: 'selection', title: 'What to run', settings: Object.values(SELECTION) },
  { name: 'where', title: 'Where to run', settings: Object.values(WHERE) },
  { name: 'how', title: 'How to run', settings: Object.values(HOW) },
  { name: 'limits', title: 'Limits', settings: Object.values(LIMITS) },
  { name: 'extension', title: 'Extension', settings: Object.values(EXTENSION) },
  { name: 'known-failures', title: 'Known failures', settings: Object.values(KNOWN_FAILURES) },
  { name: 'results', title: 'Results', settings: Object.values(RESULTS) },
  { name: 'config-only', title: 'Only in the config', settings: Object.values(CONFIG_ONLY) },
];

/** Every setting. */
export const SETTINGS: readonly Setting[] = GROUPS.flatMap(({ settings }) => settings);

/** The settings that have a flag. */
export const FLAGS: readonly Setting[] = SETTINGS.filter(({ only }) => only !== 'config');

/** Finds a setting by its config key. */
export function settingOf(key: string): Setting | undefined {
  return SETTINGS.find(({ flag }) => configKey(flag) === key);
}
