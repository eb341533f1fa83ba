import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GridrunError } from '../../src/core/fault.ts';
import type { SettingSources } from '../../src/config/given-settings.ts';
import { resolveOptions } from '../../src/config/resolve-options.ts';

const NOTHING: SettingSources = { cwd: '/work', flags: { sites: 'sites.json' }, configName: '', config: {}, env: {} };

function mistakesOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    assert(error instanceof GridrunError);
    assert.equal(error.answer, 'refuse');
    return error.mistakes;
  }
  return assert.fail('nothing was refused');
}

test('the defaults are those of the design', () => {
  const options = resolveOptions(NOTHING);
  assert.deepEqual(
    [options.grid, options.sessions, options.perHost, options.isolation, options.retries, options.infraRetries],
    ['local', 'auto', 1, 'wipe', 0, 2],
  );
  assert.deepEqual([options.checkTimeoutMs, options.siteTimeoutMs, options.globalTimeoutMs], [30_000, 120_000, 0]);
  assert.equal(options.forbidOnly, false);
});

test('in CI a suite with .only is refused, unless told otherwise', () => {
  assert.equal(resolveOptions({ ...NOTHING, env: { CI: 'true' } }).forbidOnly, true);
  assert.equal(resolveOptions({ ...NOTHING, env: { CI: 'true' }, config: { forbidOnly: false } }).forbidOnly, false);
});

test('a flag goes over the config, and the config over the default', () => {
  const config = { retries: 1, infraRetries: 5 };
  const options = resolveOptions({
    ...NOTHING,
    flags: { sites: 's', retries: '3' },
    config,
    configName: 'gridrun.config.ts',
  });
  assert.equal(options.retries, 3);
  assert.equal(options.infraRetries, 5);
});

test('every mistake is named at once, with the flag, what it must be and what was meant', () => {
  const flags = {
    sesions: '3',
    shard: '9/8',
    grep: '(',
    timeout: 'soon',
    grid: 'docer',
    reporter: ['lst'],
    capabilities: '[1]',
  };
  const mistakes = mistakesOf(() =>
    resolveOptions({ ...NOTHING, flags, config: { retries: -1 }, configName: 'gridrun.config.ts' }),
  );
  const all = mistakes.join('\n');
  assert.equal(mistakes.length, 8, all);
  assert.match(all, /--sesions is not a setting; did you mean --sessions\?/);
  assert.match(all, /--shard must be i\/n with i from 1 to n, as in 2\/8, not "9\/8"/);
  assert.match(all, /gridrun\.config\.ts: retries must be a whole number from 0, not -1/);
});

test('the old name of a renamed flag is refused with the new name', () => {
  const mistakes = mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', lanesPerHost: '2' } }));
  assert.deepEqual(mistakes, ['--lanes-per-host is not a setting; did you mean --lanes-per-worker?']);
});

test('a flag that would do nothing is a mistake; a config may hold it for other runs', () => {
  const flags = { sites: 's', baselineNights: '3', nodes: '3', image: 'mine' };
  assert.deepEqual(
    mistakesOf(() => resolveOptions({ ...NOTHING, flags })).map((mistake) => mistake.split(':')[0]),
    ['--baseline-nights', '--nodes', '--image'],
  );
  for (const [given, mistake] of [
    [{ controlBudget: '20' }, /^--control-budget: there is no control/],
    [{ bail: true, maxFailures: '0' }, /^--bail and --max-failures: /],
    [{ site: ',' }, /^--site must be globs/],
    [{ tag: ',' }, /^--tag must be tags/],
  ] as const)
    assert.match(mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', ...given } })).join(), mistake);
  assert.equal(
    resolveOptions({ ...NOTHING, flags: { sites: 's', bail: true }, config: { maxFailures: 5, bail: true } })
      .maxFailures,
    1,
  );
  assert.match(
    mistakesOf(() => resolveOptions({ ...NOTHING, config: { sites: 's', maxFailures: 0, bail: true } })).join(),
    /^bail and maxFailures in the config: .*keep only one/,
  );
  assert.match(
    mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', list: true, resume: '' } })).join(),
    /^--resume: --list prints the plan of a new run/,
  );
  assert.equal(resolveOptions({ ...NOTHING, flags: { sites: 's', nodes: '3', grid: 'docker' } }).grid, 'docker');
  assert.equal(resolveOptions({ ...NOTHING, config: { nodes: '3' } }).grid, 'local');
});

test('a sample is a percentage, and needs a control', () => {
  const flags = { sites: 's', extension: 'e', control: 'none' };
  assert.equal(resolveOptions({ ...NOTHING, flags: { ...flags, controlSample: '2.5%' } }).controlSample, 0.025);
  assert.equal(resolveOptions({ ...NOTHING, flags }).controlSample, undefined);
  for (const wrong of ['5', '101%', '-1%', '%', 'all'])
    assert.match(
      mistakesOf(() => resolveOptions({ ...NOTHING, flags: { ...flags, controlSample: wrong } })).join(),
      /^--control-sample must be a percentage from 0% to 100%, as in 5%/,
    );
  assert.match(
    mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', controlSample: '5%' } })).join(),
    /--control-sample: there is no control/,
  );
});

test('--control-wait is a time with its unit, and needs a control', () => {
  const flags = { sites: 's', extension: 'e', control: 'none' };
  for (const [given, ms] of [
    ['5m', 300_000],
    ['1.5s', 1_500],
    ['20ms', 20],
    ['1h', 3_600_000],
    ['0', 0],
  ] as const)
    assert.equal(resolveOptions({ ...NOTHING, flags: { ...flags, controlWait: given } }).controlWaitMs, ms);
  for (const wrong of ['5', '5 m', '-1s', 'm', '1000h'])
    assert.match(
      mistakesOf(() => resolveOptions({ ...NOTHING, flags: { ...flags, controlWait: wrong } })).join(),
      /^--control-wait must be a time with its unit, as in 90s, 5m or 1h/,
    );
  assert.match(
    mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', controlWait: '5m' } })).join(),
    /--control-wait: there is no control/,
  );
});

test('--control-run-budget is a percentage that may be more than all', () => {
  const flags = { sites: 's', extension: 'e', control: 'none' };
  assert.equal(resolveOptions({ ...NOTHING, flags }).controlRunBudget, 1);
  assert.equal(resolveOptions({ ...NOTHING, flags: { ...flags, controlRunBudget: '250%' } }).controlRunBudget, 2.5);
  assert.match(
    mistakesOf(() => resolveOptions({ ...NOTHING, flags: { ...flags, controlRunBudget: '25' } })).join(),
    /^--control-run-budget must be a percentage, as in 25%/,
  );
});

test('a window needs a display', { skip: process.platform !== 'linux' && 'only Linux has to be told where' }, () => {
  const flags = { sites: 's', headed: true };
  assert.match(
    mistakesOf(() => resolveOptions({ ...NOTHING, flags })).join(),
    /--headed \(and --hold\) needs a display/,
  );
  assert.equal(resolveOptions({ ...NOTHING, flags, env: { DISPLAY: ':0' } }).headed, true);
  assert.equal(resolveOptions({ ...NOTHING, flags: { ...flags, grid: 'http://hub:4444' } }).headed, true);
});

test('the headless shell has no window and no extensions, and only this machine has one', () => {
  const flags = { sites: 's', chrome: 'shell' };
  const said = (more: Readonly<Record<string, unknown>>, config = {}): string =>
    mistakesOf(() =>
      resolveOptions({ ...NOTHING, flags: { ...flags, ...more }, config, env: { DISPLAY: ':0' } }),
    ).join();
  assert.match(said({ headed: true }), /^--chrome shell: the headless shell has no window/);
  assert.match(said({ extension: 'dist' }), /^--chrome shell: extensions do not run in the headless shell/);
  assert.match(said({ grid: 'http://hub:4444' }), /^--chrome: applies only to the Chrome of this machine/);
  assert.equal(resolveOptions({ ...NOTHING, flags }).chrome, 'shell');
  const config = { chrome: 'shell' };
  assert.equal(resolveOptions({ ...NOTHING, flags: { sites: 's', grid: 'http://hub:4444' }, config }).chrome, 'shell');
  assert.equal(resolveOptions({ ...NOTHING, flags: { sites: 's' } }).chrome, 'full');
});

test('what is wrong inside a webServer is named, without what may be a secret', () => {
  const config = { webServer: { command: 'serve', port: 9320, env: { TOKEN: 'hunter2' } } };
  const mistakes = mistakesOf(() => resolveOptions({ ...NOTHING, config, configName: 'gridrun.config.ts' }));
  assert.match(mistakes.join(), /webServer must be \{command, url\}.*; url: .*port/);
  assert.doesNotMatch(mistakes.join(), /hunter2/);
});

test('a browser that is not Chrome is a mistake', () => {
  const mistakes = mistakesOf(() =>
    resolveOptions({ ...NOTHING, flags: { sites: 's', capabilities: '{"browserName":"firefox"}' } }),
  );
  assert.deepEqual(mistakes, [
    '--capabilities has the browserName "firefox", but gridrun drives only Chrome and Chromium',
  ]);
  assert.deepEqual(
    resolveOptions({ ...NOTHING, flags: { sites: 's', capabilities: '{"browserName":"chrome"}' } }).capabilities,
    { browserName: 'chrome' },
  );
});

test('a password in a mistaken grid URL is not shown', () => {
  const mistakes = mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', grid: 'htp://u:hunter2@hub' } }));
  assert.doesNotMatch(mistakes.join(), /hunter2/);
});

test('SELENIUM_REMOTE_URL is the grid where none is given', () => {
  assert.equal(resolveOptions({ ...NOTHING, env: { SELENIUM_REMOTE_URL: 'http://hub:4444' } }).grid, 'http://hub:4444');
});

test('no message about a wrong value holds a password or a key', () => {
  for (const grid of [
    'https://admin:ab/cdSECRET@grid:4444',
    'admin:SECRET@grid:4444',
    'https://admin:Pa@ss SECRET@grid:44x4',
  ]) {
    const mistakes = mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', grid } }));
    assert.match(mistakes.join(), /--grid must be/);
    assert.doesNotMatch(mistakes.join(), /SECRET/);
  }
  const capabilities = '{"bstack:options":{"userName":me,"accessKey":SECRET1234abcd}}';
  const [mistake = ''] = mistakesOf(() => resolveOptions({ ...NOTHING, flags: { sites: 's', capabilities } }));
  assert.match(mistake, /it is not valid JSON/);
  assert.doesNotMatch(mistake, /SECRET|bstack/);
});
