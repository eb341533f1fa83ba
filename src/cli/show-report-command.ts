import { once } from 'node:events';
import type { CommandModule } from 'yargs';

/** `show-report`: the report of a run with its evidence, on loopback. */
export function showReportCommand(): CommandModule {
  return {
    command: 'show-report [dir]',
    describe: 'Serve the report of a run with its evidence, on this machine alone',
    builder: (yargs) =>
      yargs
        .positional('dir', { type: 'string', default: 'gridrun-results', describe: 'The results folder' })
        .option('port', { type: 'number', default: 0, describe: 'The port; 0 is any that is free' })
        .option('open', { type: 'boolean', default: false, describe: 'Open it in the browser' })
        .example('$0 show-report --open', 'the newest run'),
    handler: async (argv) => {
      const { serveReport } = await import('../report/show/report-server.ts');
      await using server = await serveReport(argv['dir'] as string, argv['port'] as number);
      process.stdout.write(`${server.url}\n`);
      const { openBrowser } = await import('../report/show/open-browser.ts');
      if (argv['open'] === true && !(await openBrowser(server.url)))
        process.stderr.write('there is no browser to open it with\n');
      process.stderr.write('Ctrl-C ends it\n');
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    },
  };
}
