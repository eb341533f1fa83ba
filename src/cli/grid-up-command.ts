import type { Argv } from 'yargs';
import { countOf } from '../core/count-of.ts';
import { strictCommand, switchOption, valueOption, wholeNumber, type AddCommand } from './command.ts';
import { EnvironmentFile } from './environment-file.ts';
import { DEFAULT_GRID, forceOption, gridCommands, nameOption, onProgress } from './grid-access.ts';
import { interruptible } from './interruptible.ts';

/** `gridrun grid up`: a hub and nodes in containers on this machine. */
export function gridUpCommand(): AddCommand {
  return strictCommand({
    command: 'up',
    describe: 'Start a grid; running it again changes nothing',
    builder: upOptions,
    handler: async (argv) => {
      const perNode = argv['sessions-per-node'] ?? 'auto';
      const grids = await gridCommands();
      const envFile = argv['write-env'];
      await using environment = envFile === undefined ? undefined : await EnvironmentFile.open(envFile);
      const options = {
        name: argv.name ?? DEFAULT_GRID,
        nodes: argv.nodes === undefined ? undefined : wholeNumber('--nodes', argv.nodes),
        sessionsPerNode: perNode === 'auto' ? ('auto' as const) : wholeNumber('--sessions-per-node', perNode),
        port: wholeNumber('--port', argv.port ?? '4444'),
        openBus: argv['open-bus'] === true,
        listen: argv.listen,
        image: argv.image,
        hubImage: argv['hub-image'],
        base: argv.base,
        force: argv.force === true,
        onProgress,
      };
      const grid = await interruptible(async (signal) => await grids.up({ ...options, signal }));
      for (const notice of grid.notices) onProgress(notice);
      await environment?.write(grid);
      process.stdout.write(`${grid.shown}\n`);
      const flags = grid.name === DEFAULT_GRID ? '' : ` --grid-name ${grid.name}`;
      const size = `${countOf(grid.nodes, 'node')} × ${countOf(grid.sessionsPerNode, 'session')}`;
      onProgress(`grid '${grid.name}' is ready: ${size}; use it with --grid docker${flags}`);
    },
  });
}

function upOptions(yargs: Argv) {
  return (
    yargs
      .option('name', nameOption())
      .option('nodes', valueOption('n', 'Number of nodes', '2'))
      .option(
        'sessions-per-node',
        valueOption('n|auto', 'Maximum sessions per node; auto: one per core, shared among the nodes', 'auto'),
      )
      .option('port', valueOption('port', 'Port of the hub on this machine; 0 takes a free one', '4444'))
      .option('listen', valueOption('address', 'Address that the hub listens on', 'loopback'))
      .option('open-bus', switchOption('Open the event bus too, for nodes on other machines'))
      .option('image', valueOption('ref', 'Image of the nodes, configured only by SE_* variables', "gridrun's own"))
      .option('hub-image', valueOption('ref', 'Image of the hub', "gridrun's own"))
      .option('base', valueOption('ref', "Base image of gridrun's own image", 'debian:bookworm-slim'))
      .option('force', forceOption())
      // Not --env-file: Node takes that flag itself, wherever it stands.
      .option(
        'write-env',
        valueOption('file', 'Write SELENIUM_REMOTE_URL and SE_REGISTRATION_SECRET to a file that only you can read'),
      )
      .example('$0 grid up --nodes 4', 'a hub and four nodes')
      .example('$0 --sites sites.json --grid docker', 'a run on that grid')
  );
}
