import type { CommandModule } from 'yargs';
import type { LookBack } from '../app/past-runs.ts';
import { refusal } from '../core/fault.ts';
import type { ExitWith } from './run-command.ts';
import { wantsColor } from './terminal-color.ts';

const DEFAULT_OUT = 'gridrun-results';

/** `compare`, `history` and `expectations`: what looks at runs that have ended. */
export function pastCommands(exitWith: ExitWith): CommandModule[] {
  const say = ({ text, exitCode }: LookBack): void => {
    process.stdout.write(text);
    exitWith(exitCode);
  };
  return [compareCommand(say), historyCommand(say), expectationsCommand(say)];
}

type Say = (result: LookBack) => void;

function compareCommand(say: Say): CommandModule {
  return {
    command: 'compare <before> <after>',
    describe: 'What a run broke and mended, against an earlier one; only what is new exits 1',
    builder: (yargs) =>
      yargs
        .positional('before', {
          type: 'string',
          demandOption: true,
          describe: 'A results folder, or one that holds several',
        })
        .positional('after', { type: 'string', demandOption: true, describe: 'A results folder' })
        .option('baseline-nights', {
          type: 'number',
          default: 1,
          describe: 'The newest n runs of <before>: what failed in any of them is not new',
        })
        .option('json', { type: 'boolean', default: false, describe: 'For scripts' })
        .example('$0 compare last-night gridrun-results', 'what this run broke'),
    handler: async (argv) => {
      const past = await import('../app/past-runs.ts');
      const result = await past.compare(
        argv['before'] as string,
        argv['after'] as string,
        argv['baseline-nights'] as number,
        wantsColor(),
      );
      say(argv['json'] === true ? { ...result, text: `${JSON.stringify(result.comparison, undefined, 2)}\n` } : result);
    },
  };
}

function historyCommand(say: Say): CommandModule {
  return {
    command: 'history [site]',
    describe: 'What became of a site in all runs so far',
    builder: (yargs) =>
      yargs
        .positional('site', { type: 'string', describe: "A site's id" })
        .option('out', {
          type: 'string',
          default: DEFAULT_OUT,
          describe: 'The results folder whose history.sqlite is read',
        })
        .option('rebuild', { type: 'string', array: true, describe: 'Results folders to build the history anew from' })
        .check((argv) => {
          if (argv.site === undefined && argv.rebuild === undefined)
            throw refusal('history.whose', 'history: no site is named', {
              hint: 'name one, or give --rebuild <results folders>',
            });
          return true;
        })
        .example('$0 history example_com', "one site's story")
        .example('$0 history --rebuild night-1 night-2', 'the file anew, from two journals'),
    handler: async (argv) => {
      const past = await import('../app/past-runs.ts');
      const out = argv['out'] as string;
      const rebuild = argv['rebuild'] as string[] | undefined;
      if (rebuild !== undefined) say(await past.rebuildHistory(out, rebuild));
      if (argv['site'] !== undefined) say(past.story(out, argv['site'] as string, wantsColor()));
    },
  };
}

function expectationsCommand(say: Say): CommandModule {
  return {
    command: 'expectations <action> <file> [results]',
    describe: 'Write what failed in a run into a file of known failures',
    builder: (yargs) =>
      yargs
        .positional('action', {
          type: 'string',
          choices: ['update'],
          demandOption: true,
          describe: 'What to do with the file',
        })
        .positional('file', { type: 'string', demandOption: true, describe: 'A YAML file, as --expectations takes it' })
        .positional('results', { type: 'string', default: DEFAULT_OUT, describe: "The run's results folder" })
        .example('$0 expectations update known.yaml', 'from the last run'),
    handler: async (argv) =>
      say(
        await (
          await import('../app/past-runs.ts')
        ).updateExpectationsFile(argv['file'] as string, argv['results'] as string),
      ),
  };
}
