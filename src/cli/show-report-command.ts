import { once } from 'node:events';
import { DEFAULT_OUT, optionalArgument, strictCommand, switchOption, valueOption, wholeNumber } from './command.ts';
import type { AddCommand } from './command.ts';

/** `show-report`: serves the report of a run, with its evidence, on loopback. */
export function showReportCommand(): AddCommand {
  return strictCommand({
    command: 'show-report [dir]',
    describe: 'Serve the HTML report of a run, reachable from this machine only',
    builder: (yargs) =>
      yargs
        .positional('dir', optionalArgument('The results folder', DEFAULT_OUT))
        .option('port', valueOption('port', 'Port; 0 takes a free one', '0'))
        .option('open', switchOption('Open the report in the browser'))
        .example('$0 show-report --open', 'the last run'),
    handler: async (argv) => {
      const { serveReport } = await import('../report/show/report-server.ts');
      await using server = await serveReport(argv.dir ?? DEFAULT_OUT, wholeNumber('--port', argv.port ?? '0'));
      process.stdout.write(`${server.url}\n`);
      const { openBrowser } = await import('../report/show/open-browser.ts');
      if (argv.open === true && !(await openBrowser(server.url)))
        process.stderr.write('there is no browser to open the report with\n');
      process.stderr.write('press Ctrl-C to end it\n');
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    },
  });
}
