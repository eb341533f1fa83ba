import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing } from '../support/machine.ts';
import { ZOO } from './zoo-pages.ts';
import { runZoo, wrongWith } from './zoo-run.ts';
import { startZoo } from './zoo-server.ts';

const SHORT = Object.keys(ZOO).filter((name) => ZOO[name]!.short === true);

/** The driver of the shell gives no reason why these did not load, and does not answer while the last one holds its page. */
const OF_DRIVER = ['tls-self-signed', 'redirect-loop', 'closed', 'reset', 'loop-while-parsing'];

// `npm run test:zoo` has the whole zoo, `-- --chrome shell` in the headless shell.
for (const suite of ['user', 'builtIn'] as const) {
  const whose = suite === 'user' ? "a user's check" : 'the built-in check';
  test(
    `each hostile page ends in its class with ${whose}, and good pages pass`,
    { skip: missing('chrome') },
    async () => {
      await using zoo = await startZoo();
      const rows = await runZoo(zoo, SHORT, { suite, chrome: 'full', sessions: 2 });
      assert.ok(rows.length > SHORT.length);
      const wrong = rows.flatMap((row) =>
        wrongWith(row) === '' ? [] : [`${row.name}: ${wrongWith(row)}: ${row.message}`],
      );
      assert.deepEqual(wrong, []);
    },
  );
}

test('the headless shell names the same classes as full Chrome', { skip: missing('shell') }, async () => {
  await using zoo = await startZoo();
  const rows = await runZoo(zoo, OF_DRIVER, { suite: 'user', chrome: 'shell', sessions: 2 });
  const wrong = rows.flatMap((row) =>
    wrongWith(row) === '' ? [] : [`${row.name}: ${wrongWith(row)}: ${row.message}`],
  );
  assert.deepEqual(wrong, []);
});
