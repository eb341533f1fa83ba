import type { CommandModule } from 'yargs';
import { mergeReports } from '../app/merge.ts';
import { reporterOptions } from '../config/resolve-options.ts';
import type { ExitWith } from './run-command.ts';
import { wantsColor } from './terminal-color.ts';

/** `gridrun merge-reports <dirs..>`: the shards of a run become one. */
export function mergeCommand(exitWith: ExitWith): CommandModule {
  return {
    command: 'merge-reports <dirs..>',
    describe: 'Merge the results folders of shards: the same reports as those of one run',
    builder: (yargs) =>
      yargs
        .positional('dirs', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Results folders, or folders that hold several',
        })
        .option('out', { type: 'string', default: 'gridrun-results', describe: 'The results folder of the whole' })
        .option('reporter', { type: 'string', array: true, default: ['line'], describe: 'What to print, as for a run' })
        .option('json', { type: 'boolean', default: false, describe: 'Print the summary as JSON instead' })
        .example('$0 merge-reports shards/*', 'as they come, in any order')
        .epilogue('A missing, doubled, foreign or unfinished shard is named, and the exit code is 3.'),
    handler: async (argv) => {
      const { stdout } = process;
      const isJson = argv['json'] === true;
      const summary = await mergeReports({
        cwd: process.cwd(),
        folders: (argv['dirs'] as unknown[]).map(String),
        out: argv['out'] as string,
        reporters: reporterOptions(argv['reporter']),
        ...(isJson
          ? {}
          : { terminal: { stream: stdout, isTTY: stdout.isTTY, columns: stdout.columns ?? 80, color: wantsColor() } }),
      });
      if (isJson) stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
      exitWith(summary.exitCode);
    },
  };
}
