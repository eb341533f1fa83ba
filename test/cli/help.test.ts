import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultText } from '../../src/config/setting.ts';
import { FLAGS } from '../../src/config/settings.ts';
import { version } from '../../src/version.ts';
import { Workplace } from '../support/command.ts';

test('--help shows every flag with what it takes and its default, and no word of how it is parsed', async () => {
  await using place = await Workplace.with({});
  const { code, stdout, stderr } = await place.run(['--help']);
  assert.deepEqual([code, stderr], [0, '']);
  const flat = stdout.replace(/\s+/g, ' ');
  for (const setting of FLAGS) {
    assert.ok(
      flat.includes(`--${setting.flag} ${setting.value !== undefined ? `<${setting.value}> ` : ''}`),
      setting.flag,
    );
    assert.ok(flat.includes(`[${defaultText(setting)}]`), `${setting.flag}: ${defaultText(setting)}`);
  }
  assert.match(flat, /--config <file> Config file to read \[gridrun\.config\.\{ts,mjs,js,json\}\]/);
  assert.doesNotMatch(stdout, /\[(string|boolean|array|number|count)\]/);
  assert.ok(stdout.split('\n').every((line) => line.length <= 110));
});

// `npm run test:update` writes the file; read its diff in a review.
test('--help, word for word', async (t) => {
  await using place = await Workplace.with({});
  const { stdout } = await place.run(['--help']);
  t.assert.fileSnapshot(stdout, join(import.meta.dirname, 'snapshots/help.txt'), {
    serializers: [(value: unknown) => String(value)],
  });
});

for (const command of ['grid', 'compare', 'history', 'merge-reports']) {
  test(`gridrun ${command} --help is as tidy`, async () => {
    await using place = await Workplace.with({});
    const { code, stdout } = await place.run([command, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^gridrun ${command}`));
    assert.doesNotMatch(stdout, /\[(string|boolean|array|number|count)\]/);
  });
}

test('--version is the version alone', async () => {
  await using place = await Workplace.with({});
  assert.equal((await place.run(['--version'])).stdout, `${version()}\n`);
});

for (const args of [
  ['grid', 'status', '--jsn'],
  ['merge-reports', 'shards', '--ouut', 'all'],
  ['expectations', 'update', 'known.yaml', '--al'],
]) {
  test(`a flag that \`gridrun ${args[0]}\` does not have is exit 2, in English wherever it is called`, async () => {
    await using place = await Workplace.with({});
    const { code, stderr } = await place.run(args, { env: { LC_ALL: 'de_DE.UTF-8' } });
    assert.equal(code, 2);
    assert.match(stderr, /^gridrun: Unknown argument: /);
  });
}

test('a refusal ends with its code, by which the troubleshooting page is searched', async () => {
  await using place = await Workplace.with({});
  const { code, stderr } = await place.run(['--sites', 'nowhere.txt', '--list']);
  assert.equal(code, 2);
  assert.match(stderr, /\ncode: sites\.unreadable\n$/);
});

test('a switch that is given neither true nor false is a mistake among the others', async () => {
  await using place = await Workplace.with({ 'sites.txt': 'a.example\n' });
  const { code, stderr } = await place.run([
    '--sites',
    'sites.txt',
    '--headed=maybe',
    '--list=ja',
    '--trace=false',
    '--sessions',
    'many',
  ]);
  assert.equal(code, 2);
  assert.deepEqual(stderr.match(/--\w+ must be true or false, not "\w+"/g), [
    '--headed must be true or false, not "maybe"',
    '--list must be true or false, not "ja"',
  ]);
  assert.match(stderr, /--sessions/);
});

test('a flag that takes one value is refused if it is given twice', async () => {
  await using place = await Workplace.with({});
  const [port, config] = [
    await place.run(['show-report', '--port', '1', '--port', '2']),
    await place.run(['--config', 'a.json', '--config', 'b.json']),
  ];
  assert.deepEqual([port.code, config.code], [2, 2]);
  assert.match(port.stderr, /^gridrun: --port can be passed only once\n/);
  assert.match(config.stderr, /^gridrun: --config can be passed only once\n/);
});

test('a word that a command does not take is refused, and nothing is done', async () => {
  await using place = await Workplace.with({});
  for (const [command, hint] of [
    ['grid down', 'to name a grid, pass --name <name>'],
    ['doctor', 'add --help to see what the command takes'],
    ['init', 'add --help to see what the command takes'],
    ['show-report results', 'add --help to see what the command takes'],
  ] as const) {
    const { code, stderr } = await place.run([...command.split(' '), 'other']);
    assert.equal(code, 2, stderr);
    const [name] = command.split(' results');
    assert.equal(stderr, `gridrun: gridrun ${name} does not take 'other'\n${hint}\ncode: options\n`);
  }
  assert.deepEqual(await readdir(place.folder), []);
});

test('an empty value is refused, and nothing is done: a variable of the shell may not be set', async () => {
  await using place = await Workplace.with({});
  for (const [args, empty] of [
    [['compare', '', ''], '<before> and <after>'],
    [['merge-reports', 'shard-1', ''], '<dirs>'],
    [['show-report', 'results', '--port', ''], '--port'],
    [['replay', ''], '<recordings>'],
    [['grid', 'up', '--write-env', '', '--image', ''], '--write-env and --image'],
  ] as const) {
    const { code, stderr } = await place.run([...args]);
    assert.equal(code, 2, stderr);
    assert.equal(stderr, `gridrun: ${empty} must not be empty\ncode: options\n`);
  }
  assert.deepEqual(await readdir(place.folder), []);
});

test('the history of a folder without one is refused, and none is made', async () => {
  await using place = await Workplace.with({});
  const { code, stderr } = await place.run(['history', 'a_example']);
  assert.equal(code, 2);
  assert.match(stderr, /^gridrun: there is no history at gridrun-results.history\.sqlite\nrun gridrun first/);
  assert.deepEqual(await readdir(place.folder), []);
});
