import { writeFile } from 'node:fs/promises';
import type { Argv } from 'yargs';
import { strictCommand, switchOption, valueOption, wholeNumber, type AddCommand } from './command.ts';
import { DEFAULT_GRID, gridCommands, nameOption, onProgress } from './grid-access.ts';

type Grids = Awaited<ReturnType<typeof gridCommands>>;
type RunningGrid = Awaited<ReturnType<Grids['up']>>;

/** `gridrun grid up`: a hub and nodes in containers on this machine. */
export function gridUpCommand(): AddCommand {
  return strictCommand({
    command: 'up',
    describe: 'Start a grid; running it again changes nothing',
    builder: upOptions,
    handler: async (argv) => {
      const perNode = argv['sessions-per-node'] ?? 'auto';
      const grids = await gridCommands();
      const grid = await grids.up({
        name: argv.name ?? DEFAULT_GRID,
        nodes: wholeNumber('--nodes', argv.nodes ?? '2'),
        sessionsPerNode: perNode === 'auto' ? 'auto' : wholeNumber('--sessions-per-node', perNode),
        port: wholeNumber('--port', argv.port ?? '4444'),
        openBus: argv['open-bus'] === true,
        listen: argv.listen,
        image: argv.image,
        hubImage: argv['hub-image'],
        base: argv.base,
        onProgress,
      });
      for (const notice of grid.notices) onProgress(notice);
      if (argv['write-env'] !== undefined) await writeEnvironment(argv['write-env'], grid);
      process.stdout.write(`${grid.shown}\n`);
      const flags = grid.name === DEFAULT_GRID ? '' : ` --grid-name ${grid.name}`;
      onProgress(
        `grid '${grid.name}' is ready: ${grid.nodes} nodes × ${grid.sessionsPerNode} sessions; use it with --grid docker${flags}`,
      );
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
      // Not --env-file: Node takes that flag itself, wherever it stands.
      .option(
        'write-env',
        valueOption('file', 'Write SELENIUM_REMOTE_URL and SE_REGISTRATION_SECRET to a file that only you can read'),
      )
      .example('$0 grid up --nodes 4', 'a hub and four nodes')
      .example('$0 --sites sites.json --grid docker', 'a run on that grid')
  );
}

async function writeEnvironment(file: string, grid: RunningGrid): Promise<void> {
  const text = `SELENIUM_REMOTE_URL=${grid.url}\nSE_REGISTRATION_SECRET=${grid.registration}\n`;
  await writeFile(file, text, { mode: 0o600 });
}
