import { mergeReports } from '../app/merge.ts';
import { reporterOptions } from '../config/reporters.ts';
import { DEFAULT_OUT, requiredArgument, strictCommand, switchOption, valueOption } from './command.ts';
import type { AddCommand, ExitWith } from './command.ts';
import { wantsColor } from './terminal-color.ts';

/** `gridrun merge-reports <dirs..>`: merges the shards of a run into one. */
export function mergeCommand(exitWith: ExitWith): AddCommand {
  return strictCommand({
    command: 'merge-reports <dirs..>',
    describe: 'Merge the results folders of shards into the reports of one run',
    arrays: ['dirs', 'reporter'],
    builder: (yargs) =>
      yargs
        .positional('dirs', { ...requiredArgument('Results folders, or folders that hold several'), array: true })
        .option('out', valueOption('dir', 'Results folder of the merged run', DEFAULT_OUT))
        .option('reporter', { ...valueOption('name[=path]', 'Output formats, as for a run', 'line'), array: true })
        .option('json', switchOption('Print the summary as JSON instead'))
        .example('$0 merge-reports shards/*', 'merge in any order')
        .epilogue('Exits 3 and names the shard if one is missing, given twice, unfinished or of another run.'),
    handler: async (argv) => {
      const { stdout } = process;
      const terminal = { stream: stdout, isTTY: stdout.isTTY, columns: stdout.columns ?? 80, color: wantsColor() };
      const summary = await mergeReports({
        cwd: process.cwd(),
        folders: argv.dirs.map(String),
        out: argv.out ?? DEFAULT_OUT,
        reporters: reporterOptions(argv.reporter ?? ['line']),
        ...(argv.json === true ? {} : { terminal }),
      });
      if (argv.json === true) stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
      exitWith(summary.exitCode);
    },
  });
}
