import { writeFile } from 'node:fs/promises';
import type { Argv, CommandModule } from 'yargs';
import { GridrunError } from '../core/fault.ts';
import { gridTable } from './grid-table.ts';
import type { ExitWith } from './run-command.ts';

const DEFAULT_NAME = 'gridrun';

/** Progress goes to stderr, so that stdout is what was asked for. */
const onProgress = (text: string): void => void process.stderr.write(`${text}\n`);

/** `gridrun grid …`: Selenium's hub and nodes in containers. */
export function gridCommand(exitWith: ExitWith): CommandModule {
  return {
    command: 'grid <action>',
    describe: "Selenium's own hub and nodes in containers: up, down, status, scale, logs, join",
    builder: (yargs) =>
      [up, down, status(exitWith), scale, logs, join]
        .reduce((all, command) => all.command(command), yargs)
        .demandCommand(1),
    handler: () => {},
  };
}

const named = <T>(yargs: Argv<T>): Argv<T & { name: string }> =>
  yargs.option('name', { type: 'string', default: DEFAULT_NAME, describe: "The grid's name" });

const up: CommandModule = {
  command: 'up',
  describe: 'Bring a grid up; said twice it changes nothing',
  builder: (yargs) =>
    named(yargs)
      .option('nodes', { type: 'string', default: '2', describe: 'How many nodes' })
      .option('sessions-per-node', {
        type: 'string',
        default: 'auto',
        describe: 'Slots of a node; auto: the cores divided among the nodes',
      })
      .option('port', {
        type: 'string',
        default: '4444',
        describe: "The hub's port on this machine; 0 takes a free one",
      })
      .option('listen', { type: 'string', describe: 'The address that the hub listens on [loopback]' })
      .option('open-bus', {
        type: 'boolean',
        default: false,
        describe: 'Open the event bus too, for nodes on other machines',
      })
      .option('image', { type: 'string', describe: 'Another image for the nodes, configured by SE_* alone' })
      .option('hub-image', { type: 'string', describe: 'Another image for the hub' })
      .option('base', { type: 'string', describe: "What gridrun's own image is made from [debian:bookworm-slim]" })
      // Not --env-file: Node takes that for itself, wherever it stands.
      .option('write-env', {
        type: 'string',
        describe: 'Write SELENIUM_REMOTE_URL and SE_REGISTRATION_SECRET there, readable by you alone',
      })
      .example('$0 grid up --nodes 4', 'a hub and four nodes')
      .example('$0 --sites sites.json --grid docker', 'a run on it'),
  handler: async (argv) => {
    const text = (key: string): string | undefined => argv[key] as string | undefined;
    const perNode = text('sessions-per-node') ?? 'auto';
    const grid = await (
      await gridCommands()
    ).up({
      name: text('name') ?? DEFAULT_NAME,
      nodes: wholeNumber('--nodes', text('nodes')),
      sessionsPerNode: perNode === 'auto' ? 'auto' : wholeNumber('--sessions-per-node', perNode),
      port: wholeNumber('--port', text('port')),
      openBus: argv['open-bus'] === true,
      ...given({ listen: text('listen'), image: text('image'), hubImage: text('hub-image'), base: text('base') }),
      onProgress,
    });
    for (const notice of grid.notices) onProgress(notice);
    const envFile = text('write-env');
    if (envFile !== undefined) {
      await writeFile(envFile, `SELENIUM_REMOTE_URL=${grid.url}\nSE_REGISTRATION_SECRET=${grid.registration}\n`, {
        mode: 0o600,
      });
    }
    const use = `use it with --grid docker${grid.name === DEFAULT_NAME ? '' : ` --grid-name ${grid.name}`}`;
    process.stdout.write(`${grid.shown}\n`);
    onProgress(`grid '${grid.name}' is ready: ${grid.nodes} nodes × ${grid.sessionsPerNode} sessions; ${use}`);
  },
};

const down: CommandModule = {
  command: 'down',
  describe: 'Take away everything of a grid, and nothing else',
  builder: (yargs) =>
    named(yargs)
      .option('all-dead', {
        type: 'boolean',
        default: false,
        describe: 'Take away what runs that were killed left, instead',
      })
      .example('$0 grid down', 'the default grid')
      .example('$0 grid down --all-dead', 'what dead runs left'),
  handler: async (argv) => {
    const admin = await gridCommands();
    const taken =
      argv['all-dead'] === true
        ? await admin.downAllDead({ onProgress })
        : await admin.down(argv['name'] as string, { onProgress });
    onProgress(taken.length === 0 ? 'there was nothing to take away' : `taken away: ${taken.length}`);
  },
};

function status(exitWith: ExitWith): CommandModule {
  return {
    command: 'status',
    describe: 'Nodes, slots, sessions, queue and memory',
    builder: (yargs) =>
      yargs
        .option('name', { type: 'string', describe: 'One grid [all of them]' })
        .option('json', { type: 'boolean', default: false, describe: 'For scripts' })
        .example('$0 grid status --json', 'for scripts'),
    handler: async (argv) => {
      const name = argv['name'] as string | undefined;
      const reports = await (await gridCommands()).status(name === undefined ? {} : { name });
      process.stdout.write(argv['json'] === true ? `${JSON.stringify(reports, undefined, 2)}\n` : gridTable(reports));
      if (reports.some((report) => report.state !== 'ready')) exitWith(3);
    },
  };
}

const scale: CommandModule = {
  command: 'scale <nodes>',
  describe: 'Bring a grid to so many nodes: up at once, down by draining',
  builder: (yargs) =>
    named(yargs).positional('nodes', { type: 'string', demandOption: true }).example('$0 grid scale 4', 'four nodes'),
  handler: async (argv) => {
    const result = await (
      await gridCommands()
    ).scale(argv['name'] as string, wholeNumber('nodes', argv['nodes'] as string), { onProgress });
    onProgress(
      `${result.nodes} nodes; added ${result.added.length}, removed ${result.removed.length}, draining ${result.draining.length}`,
    );
  },
};

const logs: CommandModule = {
  command: 'logs [node]',
  describe: 'What hub and nodes say',
  builder: (yargs) =>
    named(yargs)
      .positional('node', { type: 'string', describe: 'hub, node-1, … [all]' })
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on as they say more' })
      .example('$0 grid logs node-1 -f', 'one node, as it goes on'),
  handler: async (argv) => {
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const node = argv['node'] as string | undefined;
    const options = { follow: argv['follow'] === true, signal: stop.signal, ...given({ node }) };
    await (
      await gridCommands()
    ).logs(argv['name'] as string, options, (line, container) => process.stdout.write(`${container} | ${line}\n`));
  },
};

const join: CommandModule = {
  command: 'join',
  describe: 'Start nodes on this machine for a hub on another',
  builder: (yargs) =>
    yargs
      .option('hub', {
        type: 'string',
        demandOption: true,
        describe: "The hub's URL; user and password from SE_ROUTER_USERNAME and SE_ROUTER_PASSWORD",
      })
      .option('advertise', {
        type: 'string',
        demandOption: true,
        describe: 'An address of this machine at which the hub reaches it',
      })
      .option('nodes', { type: 'string', default: '1', describe: 'How many nodes' })
      .option('sessions-per-node', { type: 'string', default: '2', describe: 'Slots of a node' })
      .option('port', {
        type: 'string',
        default: '5555',
        describe: 'Of the first node on this machine; the next ones follow',
      })
      .option('image', { type: 'string', describe: 'Another image for the nodes' })
      .epilogue('The registration secret of the hub comes from SE_REGISTRATION_SECRET.')
      .example('$0 grid join --hub http://hub:4444 --advertise 10.0.0.7', 'this machine is 10.0.0.7'),
  handler: async (argv) => {
    const { SE_ROUTER_USERNAME, SE_ROUTER_PASSWORD, SE_REGISTRATION_SECRET } = process.env;
    const joined = await (
      await gridCommands()
    ).join({
      hub: withCredentials(argv['hub'] as string, SE_ROUTER_USERNAME, SE_ROUTER_PASSWORD),
      advertise: argv['advertise'] as string,
      registrationSecret: SE_REGISTRATION_SECRET ?? '',
      nodes: wholeNumber('--nodes', argv['nodes'] as string),
      sessionsPerNode: wholeNumber('--sessions-per-node', argv['sessions-per-node'] as string),
      port: wholeNumber('--port', argv['port'] as string),
      ...given({ image: argv['image'] as string | undefined }),
      onProgress,
    });
    process.stdout.write(`${joined.nodes.join('\n')}\n`);
    onProgress(`joined as '${joined.name}'; end it with gridrun grid down --name ${joined.name}`);
  },
};

function withCredentials(hub: string, user: string | undefined, password: string | undefined): string {
  if (user === undefined || !URL.canParse(hub)) return hub;
  const url = new URL(hub);
  url.username = user;
  url.password = password ?? '';
  return url.href;
}

function wholeNumber(what: string, given: string | undefined): number {
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  throw new GridrunError('options', `${what}: wants a whole number, not ${JSON.stringify(given)}`);
}

/** Without what was not given. */
function given<T extends Record<string, string | undefined>>(options: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

/** The grids in containers. They are loaded late, because a Docker client is large. */
async function gridCommands(): Promise<typeof import('../app/grids.ts').grids> {
  return (await import('../app/grids.ts')).grids;
}
