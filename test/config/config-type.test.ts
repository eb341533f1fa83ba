import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import type { Config } from '../../src/config/config.ts';
import { configKey } from '../../src/config/setting.ts';
import { SETTINGS, TABLE } from '../../src/config/settings.ts';

type Table = typeof TABLE;
type InputOf<Key extends keyof Table> = z.input<Table[Key]['kind']['schema']>;
type Keys = Exclude<keyof Table, 'list'>;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** The keys whose type allows what the schema refuses. */
type Refused = { [Key in Keys]: NonNullable<Config[Key]> extends InputOf<Key> ? never : Key }[Keys];

test('the config type and the table of settings have the same keys, and a schema accepts what a type allows', () => {
  // The compiler checks both: what does not hold is not true.
  const sameKeys: Same<keyof Config, Keys> = true;
  const nothingRefused: Same<Refused, never> = true;
  assert.deepEqual([sameKeys, nothingRefused], [true, true]);
});

test('each setting is once in the table, under the key that its flag has in a config', () => {
  for (const [key, { flag }] of Object.entries(TABLE)) assert.equal(configKey(flag), key);
  assert.equal(SETTINGS.length, Object.keys(TABLE).length);
});

test('a default is a value that the setting can have', () => {
  for (const { flag, kind, default: byDefault } of SETTINGS) {
    if (byDefault === undefined || ['shard', 'nodes'].includes(flag)) continue;
    assert.deepEqual(kind.schema.safeParse(byDefault), { success: true, data: byDefault }, flag);
  }
});
