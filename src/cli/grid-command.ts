import {
  optionalArgument,
  requiredArgument,
  strictCommand,
  switchOption,
  valueOption,
  wholeNumber,
} from './command.ts';
import type { AddCommand, ExitWith } from './command.ts';
import { refusal } from '../core/fault.ts';
import { countOf } from '../core/count-of.ts';
import { DEFAULT_GRID, forceOption, gridCommands, nameOption, onProgress } from './grid-access.ts';
import { gridImageCommand } from './grid-image-command.ts';
import { gridJoinCommand } from './grid-join-command.ts';
import { gridTable } from './grid-table.ts';
import { gridUpCommand } from './grid-up-command.ts';
import { interruptible } from './interruptible.ts';

/** `gridrun grid …`: Selenium's hub and nodes in containers. */
export function gridCommand(exitWith: ExitWith): AddCommand {
  return strictCommand({
    command: 'grid [action]',
    describe: 'Run a Selenium Grid in Docker containers: up, down, status, scale, logs, join, image',
    builder: (yargs) =>
      [
        gridUpCommand(),
        downCommand(),
        statusCommand(exitWith),
        scaleCommand(),
        logsCommand(),
        gridJoinCommand(),
        gridImageCommand(),
      ]
        .reduce((cli, add) => add(cli), yargs)
        .positional('action', optionalArgument('One of the commands above')),
    // Reached only if the action is none of those.
    handler: (argv) => {
      const given = argv.action;
      throw refusal(
        'options',
        given === undefined ? 'gridrun grid needs a command' : `gridrun grid has no command '${given}'`,
        { hint: 'use one of up, down, status, scale, logs, join, image' },
      );
    },
  });
}

function downCommand(): AddCommand {
  return strictCommand({
    command: 'down',
    describe: 'Remove a grid: its containers, its network and nothing else',
    builder: (yargs) =>
      yargs
        .option('name', nameOption())
        .option('all-dead', switchOption('Remove what killed runs left behind, instead of a grid'))
        .example('$0 grid down', 'remove the default grid')
        .example('$0 grid down --all-dead', 'remove what killed runs left behind'),
    handler: async (argv) => {
      const grids = await gridCommands();
      const name = argv.name ?? DEFAULT_GRID;
      const removed = await interruptible(
        async (signal) =>
          argv['all-dead'] === true
            ? await grids.downAllDead({ signal, onProgress })
            : await grids.down(name, { signal, onProgress }),
        'Stopping.',
      );
      onProgress(removed.length === 0 ? 'there was nothing to remove' : `removed: ${removed.length}`);
    },
  });
}

function statusCommand(exitWith: ExitWith): AddCommand {
  return strictCommand({
    command: 'status',
    describe: 'Show nodes, slots, sessions, queue and memory; exits 3 if a grid is not ready',
    builder: (yargs) =>
      yargs
        .option('name', valueOption('name', 'Show this grid only', 'all grids'))
        .option('json', switchOption('Print JSON'))
        .example('$0 grid status --json', 'the same for scripts'),
    handler: async (argv) => {
      const reports = await (await gridCommands()).status({ name: argv.name });
      process.stdout.write(argv.json === true ? `${JSON.stringify(reports, undefined, 2)}\n` : gridTable(reports));
      if (reports.some((report) => report.state !== 'ready')) exitWith(3);
    },
  });
}

function scaleCommand(): AddCommand {
  return strictCommand({
    command: 'scale <nodes>',
    describe: 'Change the number of nodes; nodes to remove finish their sessions first',
    builder: (yargs) =>
      yargs
        .positional('nodes', requiredArgument('The new number of nodes'))
        .option('name', nameOption())
        .option('force', forceOption())
        .example('$0 grid scale 4', 'four nodes'),
    handler: async (argv) => {
      const nodes = wholeNumber('nodes', argv.nodes);
      const grids = await gridCommands();
      const options = { force: argv.force === true, onProgress };
      const result = await interruptible(
        async (signal) => await grids.scale(argv.name ?? DEFAULT_GRID, nodes, { ...options, signal }),
      );
      const { added, removed, draining } = result;
      const changes = `added ${added.length}, removed ${removed.length}, draining ${draining.length}`;
      onProgress(`${countOf(result.nodes, 'node')}; ${changes}`);
    },
  });
}

function logsCommand(): AddCommand {
  return strictCommand({
    command: 'logs [node]',
    describe: 'Print the logs of the hub and the nodes',
    builder: (yargs) =>
      yargs
        .positional('node', optionalArgument('hub, node-1, …', 'all'))
        .option('name', nameOption())
        .option('follow', { ...switchOption('Keep printing new lines'), alias: 'f' })
        .example('$0 grid logs node-1 -f', 'follow one node'),
    handler: async (argv) => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const options = { follow: argv.follow === true, signal: stop.signal, node: argv.node };
      const grids = await gridCommands();
      await grids.logs(argv.name ?? DEFAULT_GRID, options, (line, container) => {
        process.stdout.write(`${container} | ${line}\n`);
      });
    },
  });
}
