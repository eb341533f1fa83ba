import { AS_HINTED, input, NO_TODO, noted, refused, reported, retried, stopped, type Codes } from './code-meaning.ts';

/** Codes of the grid, and of the Docker engine that it runs on. */
export const GRID_CODES = {
  'grid.bad-advertise': refused(
    'grid',
    'the hub cannot reach the nodes at the address of `--advertise`',
    'pass an address of this machine that the hub can reach, and open its ports',
  ),
  'grid.bad-options': input('a grid cannot be set up with these options', AS_HINTED),
  'grid.bad-url': input('the grid URL is not valid', 'write it as `http://host:4444`'),
  'grid.bus-unreachable': input(
    "this machine cannot reach the hub's event bus",
    'start the hub with `--open-bus`, and open its ports 4442 and 4443',
  ),
  'grid.certificate': refused(
    'grid',
    'the certificate of the grid is not trusted',
    'name the file of its authority in `NODE_EXTRA_CA_CERTS`, or use the host name that the certificate has',
  ),
  'grid.drain-refused': reported(
    'grid',
    'the hub did not drain a node',
    "run `gridrun grid status`, and read the hub's log",
  ),
  'grid.engine-elsewhere': refused(
    'grid',
    'some sites are on this machine (localhost), but the Docker engine runs on another one, so its browsers cannot reach them',
    'use an engine on this machine, or `--grid local`',
  ),
  'grid.engine-refused': reported(
    'grid',
    'the Docker engine refused a request',
    "follow the message, which is the engine's own",
  ),
  'grid.engine-silent': reported(
    'grid',
    'the Docker engine did not answer in time',
    "check the engine's load and its log",
  ),
  'grid.engine-unreachable': refused(
    'grid',
    'no Docker engine answers',
    'is Docker running? Start it, or set `DOCKER_HOST`; your user must be in the group of the Docker socket',
  ),
  'grid.foreign': input(
    'another tool has made this grid, so gridrun does not change it',
    'use the tool that made it, such as docker-compose, or another `--name`',
  ),
  'grid.gone': refused(
    'grid',
    'the grid in containers ended during the run and could not be brought back: its engine stopped, or it was taken down',
    'start the engine or the grid again, then continue with `--resume`',
  ),
  'grid.hub-lost': noted(
    'grid',
    'the container of the hub ended, was paused, cut off or removed; gridrun started it again',
    'look at the exit code and the last lines in the text: exit code 137 often means too little memory',
  ),
  'grid.hub-restarted': noted(
    'grid',
    'the hub restarted and lost its sessions',
    "read the hub's log; the sites are tried again",
  ),
  'grid.hub-unreachable': input(
    'this machine cannot reach the hub',
    'check that the hub is up, and that it listens on that address (`--listen`)',
  ),
  'grid.image': noted('nobody', 'there is a note about the image that the grid runs', 'read its text'),
  'grid.image-failed': refused(
    'grid',
    'the image of the grid could not be built',
    'fix the step that failed; its last lines are in the message, and packages need network access in containers',
  ),
  'grid.loopback-sites': input(
    'the address of some sites means another machine to the browsers of the grid, which run in containers or on other machines: localhost, a name on loopback, or an address of the containers’ own network',
    'use `--grid docker` or `--grid local`, or list the sites by an address that the nodes can reach; a name that only this machine knows belongs into its hosts file',
  ),
  'grid.network-down': retried(
    'grid',
    'sites of many domains in a row could not be reached: the network of the grid is down',
    'check the network, the DNS and the proxy of the nodes, then continue with `--resume`; if the sites are really gone, use `--outage-sites 0`',
  ),
  'grid.no-answer': retried(
    'grid',
    'the grid or the driver did not answer in time',
    'check the load of its machines, or lower `--sessions`',
  ),
  'grid.no-room': input(
    "the engine's machine has too few cores or too little memory for so many nodes",
    'ask for fewer nodes; `gridrun grid` starts them anyway with `--force`',
  ),
  'grid.node-lost': noted(
    'grid',
    'a node was killed, paused or cut off, or did not answer the hub; gridrun replaced it',
    'look at the reason in the text, and at the memory of its machine; the sites are tried on another node',
  ),
  'grid.none': input(
    'there is no grid or node of this name',
    'list what runs with `gridrun grid status`, or start a grid with `gridrun grid up`',
  ),
  'grid.not-joined': refused(
    'grid',
    'the nodes are up, but the hub does not accept them',
    "check that the registration secret is the hub's own, and that the hub can reach this machine",
  ),
  'grid.not-ready': refused(
    'grid',
    'the hub or its nodes did not become ready in time',
    'read their last lines in the message; run `gridrun grid status`',
  ),
  'grid.not-webdriver': refused(
    'grid',
    'the server at this URL, or a proxy before it, does not reply as a WebDriver server',
    'use the URL whose `/status` returns JSON; if it worked before, check the proxy',
  ),
  'grid.open-port': refused(
    'grid',
    'the Docker engine opened a port of the hub on more addresses than `--listen` allows',
    'take the grid down, and start it again with an IP address of this machine',
  ),
  'grid.other-options': input(
    'the grid already runs with other options',
    'leave the options out that the message names, use another `--name`, or take the grid down first',
  ),
  'grid.other-port': input(
    'the grid already runs on another port',
    'use that port or another `--name`, or take the grid down first',
  ),
  'grid.port-taken': input('another program uses the port', 'choose another `--port`'),
  'grid.queue-timeout': retried(
    'grid',
    'no slot of the grid became free in time',
    'lower `--sessions`, or add slots to the grid',
  ),
  'grid.scale-failed': noted(
    'grid',
    'gridrun could not change the number of nodes',
    'read the reason in the text; the run goes on with the nodes that are up',
  ),
  'grid.session-lost': retried(
    'grid',
    'the session is gone: its node crashed or closed it',
    "check the node's memory and log; the sites are tried on another node",
  ),
  'grid.stopped': stopped('a person stopped the command while the grid was starting: exit 130'),
  'grid.swept': noted('nobody', 'gridrun removed what a crashed run had left behind', NO_TODO),
  'grid.unauthorized': refused(
    'grid',
    'the grid needs a user name and a password',
    'put them in the URL, preferably in `SELENIUM_REMOTE_URL`',
  ),
  'grid.unreachable': retried(
    'grid',
    'nothing answers at the grid URL',
    'check that the grid is up and that this machine can reach it: `gridrun doctor --grid <url>`',
  ),
} as const satisfies Codes;
