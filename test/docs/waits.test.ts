import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NO_WAITS } from '../../scripts/docs/no-waits.ts';
import { OTHER_WAITS, SET_WAITS, WAITS } from '../../scripts/docs/waits.ts';
import { limitOf, waitsBlock } from '../../scripts/docs/waits-block.ts';
import { WORKER_LIMITS } from '../../src/check/pool/worker-pool.ts';
import { FLAGS } from '../../src/config/settings.ts';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** Every constant `…_MS` of the sources, as `file NAME`. */
function constants(): string[] {
  const files = globSync('**/*.ts', { cwd: SRC }).map((file) => file.replaceAll('\\', '/'));
  assert.ok(files.length > 300, `${files.length} files`);
  return files.flatMap((file) =>
    [...readFileSync(`${SRC}${file}`, 'utf8').matchAll(/^\s*(?:export )?const ([A-Z_]*MS)\b/gm)].map(
      ([, name]) => `${file} ${name}`,
    ),
  );
}

test('every limit of a wait in the sources is in docs/limits.md, or is named as no wait', () => {
  const listed = [
    ...Object.entries(WAITS).flatMap(([file, waits]) => Object.keys(waits).map((name) => `${file} ${name}`)),
    ...Object.entries(NO_WAITS).flatMap(([file, names]) => names.map((name) => `${file} ${name}`)),
  ];
  assert.deepEqual(listed.toSorted(), constants().toSorted(), 'add the constant to scripts/docs/waits.ts');
});

test('every flag that is a time limit has its row', () => {
  const limits = FLAGS.flatMap(({ flag, value }) => (value === 'ms' || value === 'time' ? `--${flag}` : []));
  assert.deepEqual(
    Object.keys(SET_WAITS)
      .filter((name) => name.startsWith('--'))
      .toSorted(),
    limits.toSorted(),
  );
  for (const name of limits) assert.ok(waitsBlock().includes(`\`${name}\``), name);
});

test('limits that are in no constant of their own are as the sources have them', () => {
  assert.deepEqual(WORKER_LIMITS, { stallLimitMs: 10_000, loadLimitMs: 60_000 });
  assert.match(readFileSync(`${SRC}dispatch/stop-flag.ts`, 'utf8'), /{ drain: 30_000, stop: 10_000, kill: Infinity }/);
  assert.match(readFileSync(`${SRC}check/pool/worker-process.ts`, 'utf8'), /6 \* options\.stallLimitMs \+ 30_000/);
  assert.deepEqual(
    OTHER_WAITS.map(([, , , limit]) => limit),
    ['30 s', '10 s', '10 s', '60 s', '90 s'],
  );
});

test('the page has the limits that the sources have', () => {
  assert.equal(limitOf('grid/remote.ts', 'LOST_SEARCH_MS'), 20_000);
  assert.equal(limitOf('grid/docker/scale.ts', 'DRAIN_DEADLINE_MS'), 600_000);
  assert.match(waitsBlock(), /by its name \| 20 s \|/);
  assert.throws(() => limitOf('grid/remote.ts', 'NO_SUCH_MS'), /no constant NO_SUCH_MS/);
});
