import * as z from 'zod';
import type { WebServerOptions } from '../core/options.ts';
import type { Kind } from './setting.ts';

/** The default of `webServer.timeout`. */
export const WEB_SERVER_TIMEOUT_MS = 60_000;

/** Flags are text, so every schema also accepts the text of its value. */
const wholeFrom = (min: number): z.ZodType<number, number | string> =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(min));
const filled = z.string().min(1);
const oneOrMore = z.union([filled, z.array(filled)]).transform((given) => (Array.isArray(given) ? given : [given]));
/** A list of commas alone would select nothing, and so everything. */
const commaList = oneOrMore
  .refine((given) => given.length === 0 || given.some((entry) => /[^,]/.test(entry)))
  .transform((given) => given.flatMap((entry) => entry.split(',')).filter(Boolean));

/** @param note added to the message, such as ` (no limit)` */
export function whole(min: number, note = ''): Kind<number, number | string> {
  return { type: 'number', mustBe: `a whole number from ${min}${note}`, schema: wholeFrom(min) };
}

/** @param note as for `whole` */
export function milliseconds(min: number, note = ''): Kind<number, number | string> {
  return { type: 'number', mustBe: `a whole number of ms, from ${min}${note}`, schema: wholeFrom(min) };
}

export const WHOLE_OR_AUTO: Kind<number | 'auto', number | string> = {
  type: "number | 'auto'",
  mustBe: 'a whole number from 1, or auto',
  schema: z.union([z.literal('auto'), wholeFrom(1)]),
};

export const SWITCH: Kind<boolean, boolean> = { type: 'boolean', mustBe: 'true or false', schema: z.boolean() };

const PERCENT_TEXT = /^(\d+(?:\.\d+)?)%$/;

/** A share, as text with a percent sign. The value is from 0 to 1. */
export const PERCENT: Kind<number, string> = {
  type: 'string',
  mustBe: 'a percentage from 0% to 100%, as in 5%',
  schema: filled
    .regex(PERCENT_TEXT)
    .transform((given) => Number(given.slice(0, -1)) / 100)
    .refine((share) => share <= 1),
};

/** A share that may be more than all, as text with a percent sign. 1 is 100%. */
export const ANY_PERCENT: Kind<number, string> = {
  type: 'string',
  mustBe: 'a percentage, as in 25%',
  schema: filled.regex(PERCENT_TEXT).transform((given) => Number(given.slice(0, -1)) / 100),
};

const DURATION_TEXT = /^(?:0|(\d+(?:\.\d+)?)(ms|s|m|h))$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Timers of Node.js take no more. */
const MAX_DURATION_MS = 2_147_483_647;

/** A time as text with its unit, or as a number of ms. The value is in ms. */
export const DURATION: Kind<number, number | string> = {
  type: 'number | string',
  mustBe: 'a time with its unit, as in 90s, 5m or 1h',
  schema: z
    .union([
      z.number().int().min(0),
      filled.regex(DURATION_TEXT).transform((given) => {
        const [, amount = 0, unit = 'ms'] = DURATION_TEXT.exec(given) ?? [];
        return Math.round(Number(amount) * (UNIT_MS[unit] ?? 0));
      }),
    ])
    .refine((ms) => ms <= MAX_DURATION_MS),
};

const BYTES_TEXT = /^(\d+(?:\.\d+)?)\s*([KMG]?)B$/i;
/** Chrome counts in 31 bits. */
const MAX_BYTES = 1e9;
const BYTES_OF: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 };

/** A number of bytes, or text with a unit. */
export const BYTES: Kind<number, number | string> = {
  type: 'number | string',
  mustBe: 'a size with B, KB, MB or GB, as in 20MB',
  schema: z
    .union([z.number(), filled.regex(BYTES_TEXT).transform(bytesIn)])
    .pipe(z.number().int().min(1).max(MAX_BYTES)),
};

function bytesIn(given: string): number {
  const [, number, unit = ''] = BYTES_TEXT.exec(given) ?? [];
  return Math.round(Number(number) * (BYTES_OF[unit.toUpperCase()] ?? 1));
}

/** Text that is not empty. */
export function text(mustBe: string): Kind<string, string> {
  return { type: 'string', mustBe, schema: filled };
}

/** Text that may be empty. */
export function textOrEmpty(mustBe: string): Kind<string, string> {
  return { type: 'string', mustBe, schema: z.string() };
}

/** Texts; a comma separates them too. */
export function list(mustBe: string): Kind<readonly string[], string | string[]> {
  return { type: 'string | string[]', mustBe, schema: commaList };
}

/** Texts that may contain commas. */
export function texts(mustBe: string): Kind<readonly string[], string | string[]> {
  return { type: 'string | string[]', mustBe, schema: oneOrMore };
}

export function oneOf<const Name extends string>(...names: readonly Name[]): Kind<Name, Name> {
  return {
    type: names.map((name) => `'${name}'`).join(' | '),
    mustBe: `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`,
    schema: z.enum(names),
  };
}

export const REGEX: Kind<string, string> = {
  type: 'string',
  mustBe: 'a regular expression',
  schema: filled.refine(isRegex),
};

/** Tags without their `@`. */
export const TAGS: Kind<readonly string[], string | string[]> = {
  type: 'string | string[]',
  mustBe: 'tags, separated by commas',
  schema: commaList.transform((tags) => tags.map((tag) => tag.replace(/^@/, ''))),
};

const SHARD_TEXT = /^(\d+)\/(\d+)$/;

export const SHARD: Kind<{ index: number; total: number }, string> = {
  type: 'string',
  mustBe: 'i/n with i from 1 to n, as in 2/8',
  schema: filled
    .regex(SHARD_TEXT)
    .transform((given) => {
      const [, index, total] = SHARD_TEXT.exec(given) ?? [];
      return { index: Number(index), total: Number(total) };
    })
    .refine(({ index, total }) => index >= 1 && index <= total),
};

const RANGE_TEXT = /^(\d+)(?:\.\.(\d+))?$/;

/** A number, or two that it stays between. */
export const NODE_RANGE: Kind<{ min: number; max: number }, number | string> = {
  type: 'number | string',
  mustBe: 'a whole number from 1, or two of them as in 1..6',
  schema: z
    .union([z.number().int().transform(String), filled])
    .pipe(filled.regex(RANGE_TEXT))
    .transform((given) => {
      const [, min, max = min] = RANGE_TEXT.exec(given) ?? [];
      return { min: Number(min), max: Number(max) };
    })
    .refine(({ min, max }) => min >= 1 && min <= max),
};

export const GRID: Kind<string, string> = {
  type: 'string',
  mustBe: 'local, docker, or the http(s) URL of a WebDriver endpoint',
  schema: z.union([z.enum(['local', 'docker']), z.url({ protocol: /^https?$/ })]),
};

/** An object, or the text or file that holds it as JSON. */
export const JSON_OBJECT: Kind<Record<string, unknown> | string, Record<string, unknown> | string> = {
  type: 'Record<string, unknown> | string',
  mustBe: 'a JSON object, or a file that holds one',
  schema: z.union([z.record(z.string(), z.unknown()), filled]),
};

/** `webServer` as a config holds it. */
export interface WebServerInput {
  command: string;
  url: string;
  cwd?: string | undefined;
  env?: Record<string, string> | undefined;
  timeout?: number | undefined;
  reuseExistingServer?: boolean | undefined;
}

export const WEB_SERVER: Kind<WebServerOptions, WebServerInput> = {
  type: 'object',
  mustBe: '{command, url} and, if needed, cwd, env, timeout (ms) and reuseExistingServer',
  schema: z
    .strictObject({
      command: filled,
      url: z.url(),
      cwd: filled.optional(),
      env: z.record(z.string(), z.string()).optional(),
      timeout: z.number().int().positive().optional(),
      reuseExistingServer: z.boolean().optional(),
    })
    .transform(({ timeout = WEB_SERVER_TIMEOUT_MS, reuseExistingServer = false, ...rest }) => ({
      ...rest,
      timeoutMs: timeout,
      reuseExistingServer,
    })),
};

function isRegex(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
