import type { z } from 'zod';
import { nearest } from '../text/nearest.ts';
import { configKey, flagOf, type Setting } from './setting.ts';
import { SETTINGS, settingOf } from './settings.ts';
import { withoutLogin } from '../wire/endpoint.ts';

/** Where settings come from: flags go before the config, and the config before the environment and the defaults. */
export interface SettingSources {
  readonly cwd: string;
  /** By config key (`grepInvert`), as given on the command line. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The name of the config in messages. */
  readonly configName: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The settings that the user gave, each checked by its schema. */
export class GivenSettings {
  readonly #sources: SettingSources;

  constructor(sources: SettingSources) {
    this.#sources = sources;
  }

  /** The value of a setting that the user gave; undefined if none was given that is right. */
  given<Value>(setting: Setting<Value>): Value | undefined {
    return this.#read('flags', setting) ?? this.inConfig(setting);
  }

  /** The value of a setting in the config; undefined if none is there that is right. */
  inConfig<Value>(setting: Setting<Value>): Value | undefined {
    return this.#read('config', setting);
  }

  #read<Value>(source: 'flags' | 'config', setting: Setting<Value>): Value | undefined {
    const raw = this.#sources[source][configKey(setting.flag)];
    const parsed = raw === undefined ? undefined : setting.kind.schema.safeParse(raw);
    return parsed?.success === true ? parsed.data : undefined;
  }

  /** The value of a setting, or its default. */
  value<Value, Default>(setting: Setting<Value, Default>): Value | Default {
    return this.given(setting) ?? setting.default;
  }

  /** Is the setting on the command line, right or wrong? */
  isFlag(setting: Setting): boolean {
    return this.#sources.flags[configKey(setting.flag)] !== undefined;
  }

  /** Every setting that is unknown or has a wrong value, as a line for the user. */
  mistakes(): string[] {
    const { flags, config, configName } = this.#sources;
    return [
      ...Object.entries(config).flatMap(([key, raw]) => mistakeIn(key, raw, (name) => `${configName}: ${name}`)),
      ...Object.entries(flags).flatMap(([key, raw]) => mistakeIn(key, raw, (name) => `--${flagOf(name)}`)),
    ];
  }
}

function mistakeIn(key: string, raw: unknown, nameOf: (key: string) => string): string[] {
  if (raw === undefined) return [];
  const setting = settingOf(key);
  if (setting === undefined) {
    const meant = meantKey(key);
    const hint = meant === undefined ? '' : `; did you mean ${nameOf(meant).split(' ').at(-1)}?`;
    return [`${nameOf(key)} is not a setting${hint}`];
  }
  const { schema, mustBe } = setting.kind;
  const parsed = schema.safeParse(raw);
  return parsed.success ? [] : [`${nameOf(key)} must be ${mustBe}${whyNot(raw, parsed.error)}`];
}

function meantKey(key: string): string | undefined {
  const renamed = SETTINGS.find(({ formerly }) => formerly !== undefined && configKey(formerly) === key);
  if (renamed !== undefined) return configKey(renamed.flag);
  return nearest(
    key,
    SETTINGS.map(({ flag }) => configKey(flag)),
  );
}

/** What is wrong with a value. A mistake inside an object is shown without the object: it may hold secrets. */
function whyNot(raw: unknown, error: z.ZodError): string {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return `; ${issuesIn(error)}`;
  return raw === '' ? ', and is empty' : `, not ${shown(raw)}`;
}

function issuesIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
}

/** The value without the password of a URL, which may be wrong in any way. */
function shown(value: unknown): string {
  return withoutLogin(JSON.stringify(value) ?? String(value));
}
