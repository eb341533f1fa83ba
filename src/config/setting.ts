import type { z } from 'zod';

/** The values that a setting accepts: how a person reads them, and how they are checked. */
export interface Kind<Value, Input> {
  /** The type of the config key, in TypeScript. */
  readonly type: string;
  /** What the value must be, for messages: `a whole number from 1`. */
  readonly mustBe: string;
  /** Accepts what the config key and, as text, the flag may hold. */
  readonly schema: z.ZodType<Value, Input>;
}

/**
 * One setting of a run. Its config key is the flag in camel case.
 * The default is `Default` if the user gives nothing; undefined leaves the choice to the code that builds the options.
 */
export interface Setting<Value = unknown, Default = unknown, Input = unknown> {
  /** The flag without its dashes. */
  readonly flag: string;
  readonly alias?: string;
  /** The name that the flag had before. It is refused with a hint to the new name. */
  readonly formerly?: string;
  /** The placeholder of the value in the help; absent for a switch. */
  readonly value?: string;
  readonly kind: Kind<Value, Input>;
  /** What the setting does, as one line without a full stop. */
  readonly describe: string;
  readonly default: Default;
  /** The default as a person reads it, if the value alone does not say it. */
  readonly defaultText?: string;
  /** Set if the setting exists in one of the two places only. */
  readonly only?: 'flag' | 'config';
  /** The keys inside an object. */
  readonly fields?: readonly SettingField[];
}

/** A key inside a setting that is an object. */
export interface SettingField {
  readonly key: string;
  readonly type: string;
  readonly describe: string;
  /** Absent for a key that must be given. */
  readonly default?: string;
}

/** Infers the types of a table's entry. */
export function setting<Value, const Default extends Value | undefined, Input>(
  entry: Setting<Value, Default, Input>,
): Setting<Value, Default, Input> {
  return entry;
}

/** `grep-invert` → `grepInvert` */
export function configKey(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `grepInvert` → `grep-invert` */
export function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The default as `--help` and the reference pages show it. */
export function defaultText({ default: byDefault, defaultText: text }: Setting): string {
  if (text !== undefined) return text;
  if (typeof byDefault === 'boolean') return byDefault ? 'on' : 'off';
  if (byDefault === undefined) return 'none';
  return typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault);
}
