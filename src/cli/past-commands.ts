import type { LookBack } from '../app/past-runs.ts';
import { refusal } from '../core/fault.ts';
import { DEFAULT_OUT, strictCommand, switchOption, valueOption, wholeNumber } from './command.ts';
import { optionalArgument, requiredArgument, type AddCommand, type ExitWith } from './command.ts';
import { wantsColor } from './terminal-color.ts';

type Print = (result: LookBack) => void;

/** `compare`, `history` and `expectations`: the commands about runs that have ended. */
export function pastCommands(exitWith: ExitWith): AddCommand[] {
  const print = ({ text, exitCode }: LookBack): void => {
    process.stdout.write(text);
    exitWith(exitCode);
  };
  return [compareCommand(print), historyCommand(print), expectationsCommand(print)];
}

function compareCommand(print: Print): AddCommand {
  return strictCommand({
    command: 'compare <before> <after>',
    describe: 'Show what failed or was fixed between two runs; exits 1 only for new failures',
    builder: (yargs) =>
      yargs
        .positional('before', requiredArgument('A results folder, or a folder that holds several'))
        .positional('after', requiredArgument('A results folder'))
        .option(
          'baseline-nights',
          valueOption('n', 'Read the newest n runs of <before>: a failure in any of them is not new', '1'),
        )
        .option('json', switchOption('Print JSON'))
        .example('$0 compare last-night gridrun-results', 'show what this run broke'),
    handler: async (argv) => {
      const past = await import('../app/past-runs.ts');
      const nights = wholeNumber('--baseline-nights', argv['baseline-nights'] ?? '1');
      const result = await past.compare(argv.before, argv.after, nights, wantsColor());
      print(argv.json === true ? { ...result, text: `${JSON.stringify(result.comparison, undefined, 2)}\n` } : result);
    },
  });
}

function historyCommand(print: Print): AddCommand {
  return strictCommand({
    command: 'history [site]',
    describe: 'Show the verdicts of one site in all runs so far',
    arrays: ['rebuild'],
    builder: (yargs) =>
      yargs
        .positional('site', optionalArgument('The id of a site'))
        .option('out', valueOption('dir', 'Results folder that holds history.sqlite', DEFAULT_OUT))
        .option('rebuild', {
          ...valueOption('dirs', 'Build the history again from these results folders'),
          array: true,
        })
        .example('$0 history example_com', 'show one site')
        .example('$0 history --rebuild night-1 night-2', 'build history.sqlite again from two runs'),
    handler: async ({ site, out = DEFAULT_OUT, rebuild }) => {
      if (site === undefined && rebuild === undefined)
        throw refusal('history.whose', 'gridrun history needs a site', {
          hint: 'run gridrun history <site>, or gridrun history --rebuild <results folders>',
        });
      const past = await import('../app/past-runs.ts');
      if (rebuild !== undefined) print(await past.rebuildHistory(out, rebuild));
      if (site !== undefined) print(past.story(out, site, wantsColor()));
    },
  });
}

function expectationsCommand(print: Print): AddCommand {
  return strictCommand({
    command: 'expectations <action> <file> [results]',
    describe: 'Add the failures of a run to a file of known failures; the only action is update',
    builder: (yargs) =>
      yargs
        .positional('action', { ...requiredArgument('update'), choices: ['update'] })
        .positional('file', requiredArgument('A YAML file for --expectations'))
        .positional('results', optionalArgument('The results folder of the run', DEFAULT_OUT))
        .example('$0 expectations update known.yaml', 'add the failures of the last run'),
    handler: async ({ file, results = DEFAULT_OUT }) => {
      const past = await import('../app/past-runs.ts');
      print(await past.updateExpectationsFile(file, results));
    },
  });
}
