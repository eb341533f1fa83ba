import { always, KILLED, notRun, refused, UNHARMED, type Ending } from '../expected.ts';
import { limited, scene, type Scene, type Stage } from '../scene.ts';
import type { CommandOptions } from '../../support/command.ts';

/** A file system of its own for the run alone, as root of its own namespace if need be. Its results are kept at the end. */
function mounted(folder: string, how: string, flags = ''): CommandOptions {
  const own = process.getuid?.() === 0 ? 'unshare -m' : 'unshare -Urm';
  const keep = folder === 'disk' ? '; mkdir -p gridrun-results; cp -r disk/. gridrun-results' : '';
  return { shell: `mkdir -p ${folder}; exec ${own} sh -c '${how}; "$@" ${flags}; code=$?${keep}; exit $code' sh "$@"` };
}

const disk = (how: string): CommandOptions => mounted('disk', how, '--out disk');

/** What the machine may refuse to gridrun. */
const MACHINE: readonly Scene[] = [
  scene('machine', 'stub', 'the output disk is full', refused('out.folder'), {
    options: disk('mount -t tmpfs -o size=4k none disk; head -c 9000 /dev/zero > disk/full 2>&-'),
  }),
  scene(
    'machine',
    'stub',
    'no room for the head of the journal',
    { verdict: 'none', exit: 4 },
    {
      options: disk('mount -t tmpfs -o size=4k none disk'),
      neighbors: 'any',
      says: /cannot write the journal/,
    },
  ),
  scene('machine', 'stub', 'the output disk is full at an attachment', always('evidence.disk-full'), {
    options: disk('mount -t tmpfs -o size=200k none disk'),
    check: "await attach('big.bin', Buffer.alloc(1_000_000));",
  }),
  scene('machine', 'stub', 'the output folder is read-only', refused('out.folder'), {
    options: disk('mount -t tmpfs -o ro none disk'),
  }),
  scene('machine', 'stub', 'the file system has no hard links', UNHARMED, {
    options: { nodeArgs: ['--import', './no-links.mjs'] },
    prepare: (place) =>
      place.write(
        'no-links.mjs',
        "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.linkSync = () => { throw Object.assign(new Error('EPERM'), { code: 'EPERM' }); }; syncBuiltinESMExports();",
      ),
  }),
  scene(
    'machine',
    'stub',
    'the journal is removed',
    { verdict: 'passed', code: '', exit: 4 },
    {
      says: /the journal .* was removed during the run/,
      check: 'await harm();',
      harm: async (_victim, { place }) => await place.remove('gridrun-results/events.ndjson'),
      neighbors: 'any',
    },
  ),
  scene('machine', 'chrome', 'TMPDIR is full', refused('runner.state-dir'), {
    options: mounted('state', 'mount -t tmpfs -o size=4k none state; head -c 9000 /dev/zero > state/full 2>&-'),
  }),
  scene('machine', 'stub', 'there is no state folder', refused('runner.state-dir'), {
    options: { env: { TMPDIR: '/sys' } },
    isShort: true,
  }),
  scene('machine', 'stub', 'few open files: 64', UNHARMED, { options: limited('ulimit -n 64') }),
  scene('machine', 'stub', 'too few open files: 30', refused('runner.system'), { options: limited('ulimit -n 30') }),
  scene('machine', 'chrome', 'chromedriver is no program', refused('local.no-chrome'), {
    options: { env: { GRIDRUN_CHROMEDRIVER: '/etc/hostname' } },
  }),
  scene('machine', 'chrome', 'Chrome does not run', refused('local.no-chrome'), {
    options: { env: { GRIDRUN_CHROME: '/bin/false' } },
  }),
  scene('machine', 'stub', 'standard output is on a full disk', UNHARMED, {
    options: { shell: 'exec "$@" >/dev/full' },
    says: /cannot write to standard output: .*ENOSPC/,
  }),
  scene(
    'machine',
    'stub',
    'nothing reads standard output any more',
    { verdict: 'passed', code: '', exit: 130 },
    {
      check: 'await harm();',
      harm: async (_victim, { command }) => {
        command.process.stdout?.destroy();
        await Promise.resolve();
      },
      sessions: '1',
      neighbors: 'any',
      next: 'resume',
    },
  ),
];

const kill =
  (signal: NodeJS.Signals) =>
  async (_victim: unknown, { command }: Stage): Promise<void> => {
    command.process.kill(signal);
    if (signal === 'SIGINT') await command.event(({ type }) => type === 'run-stopping');
  };

const signalled = (ground: 'stub' | 'chrome', signal: NodeJS.Signals, expected: Ending, isShort = false): Scene =>
  scene('signal', ground, signal, expected, {
    check: signal === 'SIGINT' ? 'await harm();' : 'await harm(); await new Promise(() => {});',
    harm: kill(signal),
    neighbors: 'any',
    next: 'resume',
    isShort,
    mend: ({ place }) =>
      place.write(
        'x.check.mjs',
        "import { driver, site } from 'gridrun/check';\nit('works', async () => { await driver.get(site.url); });\n",
      ),
  });

/** Each ends the run while a check runs; the rest is done by the next one. */
const SIGNALS: readonly Scene[] = (['stub', 'chrome'] as const).flatMap((ground) => [
  signalled(ground, 'SIGINT', { verdict: 'passed', exit: 130 }),
  signalled(ground, 'SIGTERM', notRun(130), ground === 'chrome'),
  signalled(ground, 'SIGHUP', notRun(130)),
  signalled(ground, 'SIGQUIT', notRun(130)),
  signalled(ground, 'SIGKILL', KILLED, ground === 'chrome'),
]);

export const MACHINES: readonly Scene[] = [...MACHINE, ...SIGNALS];
