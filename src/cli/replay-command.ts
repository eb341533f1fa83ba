import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Replay, ReplayOptions } from '../app/replay/replay.ts';
import type { Argv } from 'yargs';
import { CANNOT_TELL } from './bisect-exit.ts';
import { loadConfig } from '../config/config-file.ts';
import { readSettings } from '../config/resolve-options.ts';
import { configKey } from '../config/setting.ts';
import { refusal } from '../core/fault.ts';
import {
  requiredArgument,
  strictCommand,
  switchOption,
  valueOption,
  type AddCommand,
  type ExitWith,
} from './command.ts';
import { givenFlags, withRunFlags, refuseWrongSwitch, wrongSwitches } from './flags.ts';
import { nightsText } from './nights-text.ts';
import { stopOnSignals } from './stop-keys.ts';
import { wantsColor } from './terminal-color.ts';

const DEFAULT_OUT = 'gridrun-replay';

/** The flags of a run that a replay has too. From the config it takes these keys, except `out` and `reporter`. */
const RUN_FLAGS: ReadonlySet<string> = new Set(
  (
    'site grep grep-invert forbid-only sessions chrome headed capabilities setup isolation retries timeout site-timeout ' +
    'global-timeout bail max-failures lanes-per-worker extension control control-all control-budget ' +
    'fail-on-extension-errors evidence trace reporter out'
  ).split(' '),
);
const FROM_CONFIG: ReadonlySet<string> = new Set(
  [...RUN_FLAGS, 'checks'].map(configKey).filter((key) => key !== 'out' && key !== 'reporter'),
);

/** The flags that only a replay has. */
const OWN_FLAGS: ReadonlySet<string> = new Set(['recordings', 'replay-miss', 'replay-clock', 'bisect', 'hold']);

/** `gridrun replay <recordings..>`: runs the checks on recorded sites, without the network. */
export function replayCommand(exitWith: ExitWith, args: readonly string[]): AddCommand {
  return strictCommand({
    command: 'replay <recordings..>',
    describe: 'Run the checks on recorded sites, without the network',
    arrays: ['recordings', ...RUN_FLAGS],
    builder: (yargs) =>
      withReplayFlags(withRunFlags(yargs, (flag) => RUN_FLAGS.has(flag) && flag !== 'out'))
        .positional('recordings', {
          ...requiredArgument('Results folders of runs with --record, .har.zip files, and globs of check files'),
          array: true,
        })
        .option('out', { ...valueOption('dir', 'Results folder', DEFAULT_OUT), group: 'Results:' })
        .example('$0 replay gridrun-results --extension dist', 'try another build on the recorded failures')
        .example('git bisect run $0 replay shop.har.zip --bisect --extension dist', 'find the commit that broke a site')
        .epilogue(
          'A run with --record keeps recordings. A config is read as for a run, except sites, grid, out and reporter.',
        ),
    handler: async (argv) => {
      const { startReplay } = await import('../app/replay/replay.ts');
      const { stdout } = process;
      const terminal = { stream: stdout, isTTY: stdout.isTTY, columns: stdout.columns ?? 80, color: wantsColor() };
      const options = await replayOptions(argv, args);
      exitWith(await finish(await startReplay(options, terminal), options));
    },
  });
}

/** The flags that a run does not have. */
function withReplayFlags<T>(yargs: Argv<T>) {
  const group = 'Replay:';
  return yargs
    .option('replay-miss', {
      ...valueOption('abort|404', 'What a page gets for a request that is not in the recording', 'abort'),
      choices: ['abort', '404'] as const,
      group,
    })
    .option('replay-clock', {
      ...valueOption(
        'recorded|live',
        'Time and random numbers of the pages: as recorded, or the real ones',
        'recorded',
      ),
      choices: ['recorded', 'live'] as const,
      group,
    })
    .option('bisect', {
      ...switchOption('Exit as git bisect run wants it: 0 good, 1 bad, 125 cannot tell'),
      group,
    })
    .option('hold', { ...switchOption('Keep the page open in a window after its checks, until Ctrl-C'), group });
}

/** The arguments of the command, as yargs gives them. */
interface ReplayArguments extends Readonly<Record<string, unknown>> {
  readonly recordings: string | readonly string[];
  readonly config: string | undefined;
  readonly 'replay-miss': 'abort' | '404' | undefined;
  readonly 'replay-clock': 'recorded' | 'live' | undefined;
  readonly hold: boolean | undefined;
  readonly bisect: boolean | undefined;
}

async function replayOptions(argv: ReplayArguments, args: readonly string[]): Promise<ReplayOptions> {
  const cwd = process.cwd();
  const { recordings, checks } = sorted(cwd, [argv.recordings].flat());
  for (const flag of ['bisect', 'hold']) refuseWrongSwitch(args, flag);
  const hold = argv.hold === true;
  const { name: configName, settings } = await loadConfig(cwd, argv.config);
  const flags = {
    out: DEFAULT_OUT,
    ...givenFlags(Object.fromEntries(Object.entries(argv).filter(([name]) => !OWN_FLAGS.has(name)))),
    ...wrongSwitches(args),
    ...(checks.length > 0 ? { checks } : {}),
    ...(hold ? { headed: true } : {}),
    grid: 'local',
  };
  const config = Object.fromEntries(Object.entries(settings).filter(([key]) => FROM_CONFIG.has(key)));
  const { options, wrong } = readSettings({ cwd, flags, configName, config, env: process.env });
  if (wrong !== undefined) throw wrong;
  return {
    run: options,
    recordings,
    onMiss: argv['replay-miss'] ?? 'abort',
    recordedClock: argv['replay-clock'] !== 'live',
    hold,
    bisect: argv.bisect === true,
    onHeld: () => process.stderr.write('The page stays open in its window. Press Ctrl-C to end.\n'),
  };
}

async function finish({ run, result }: Replay, { bisect }: ReplayOptions): Promise<number> {
  using _signals = stopOnSignals(run, (text) => process.stderr.write(text));
  const { summary, nights, untriedText } = await result;
  process.stdout.write(`${nightsText(nights)}${untriedText}`);
  // What was not tried tells git nothing.
  const isTold = summary.counts.skipped === 0 && untriedText === '';
  return bisect && summary.exitCode === 0 && !isTold ? CANNOT_TELL : summary.exitCode;
}

/** Files and folders that exist are recordings; a check file and a glob are not. */
function sorted(cwd: string, given: readonly string[]): { readonly recordings: string[]; readonly checks: string[] } {
  const isRecording = (name: string): boolean => {
    const path = resolve(cwd, name);
    return name.endsWith('.zip') || name.endsWith('.har') || (existsSync(path) && statSync(path).isDirectory());
  };
  const { recordings = [], checks = [] } = Object.groupBy(given, (name) =>
    isRecording(name) ? 'recordings' : 'checks',
  );
  if (recordings.length > 0) return { recordings, checks };
  throw refusal(
    'replay.archive',
    `there is nothing to replay: ${given.join(', ')} is neither a folder nor a .har.zip`,
    {
      hint: 'pass the results folder of a run with --record',
    },
  );
}
