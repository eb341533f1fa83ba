import { requiredOption, strictCommand, valueOption, wholeNumber, type AddCommand } from './command.ts';
import { forceOption, gridCommands, onProgress } from './grid-access.ts';
import { interruptible } from './interruptible.ts';

/** `gridrun grid join`: nodes on this machine for a hub on another. */
export function gridJoinCommand(): AddCommand {
  return strictCommand({
    command: 'join',
    describe: 'Start nodes on this machine for a hub on another machine',
    builder: (yargs) =>
      yargs
        .option('hub', requiredOption('url', 'URL of the hub'))
        .option('advertise', requiredOption('address', 'Address of this machine that the hub can reach'))
        .option('nodes', valueOption('n', 'Number of nodes', '1'))
        .option('sessions-per-node', valueOption('n', 'Maximum sessions per node', '2'))
        .option(
          'port',
          valueOption('port', 'Port of the first node on this machine; the others take the next ports', '5555'),
        )
        .option('image', valueOption('ref', 'Image of the nodes', "gridrun's own"))
        .option('force', forceOption())
        .epilogue(
          'Environment: SE_REGISTRATION_SECRET is the registration secret of the hub; SE_ROUTER_USERNAME and SE_ROUTER_PASSWORD are its user and password.',
        )
        .example('$0 grid join --hub http://hub:4444 --advertise 10.0.0.7', 'this machine is 10.0.0.7'),
    handler: async (argv) => {
      const { SE_ROUTER_USERNAME, SE_ROUTER_PASSWORD, SE_REGISTRATION_SECRET } = process.env;
      const grids = await gridCommands();
      const options = {
        hub: withCredentials(argv.hub, SE_ROUTER_USERNAME, SE_ROUTER_PASSWORD),
        advertise: argv.advertise,
        registrationSecret: SE_REGISTRATION_SECRET ?? '',
        nodes: wholeNumber('--nodes', argv.nodes ?? '1'),
        sessionsPerNode: wholeNumber('--sessions-per-node', argv['sessions-per-node'] ?? '2'),
        port: wholeNumber('--port', argv.port ?? '5555'),
        image: argv.image,
        force: argv.force === true,
        onProgress,
      };
      const joined = await interruptible(async (signal) => await grids.join({ ...options, signal }));
      process.stdout.write(`${joined.nodes.join('\n')}\n`);
      onProgress(`joined as '${joined.name}'; remove the nodes with gridrun grid down --name ${joined.name}`);
    },
  });
}

function withCredentials(hub: string, user: string | undefined, password: string | undefined): string {
  if (user === undefined || !URL.canParse(hub)) return hub;
  const url = new URL(hub);
  url.username = user;
  url.password = password ?? '';
  return url.href;
}
