import { SESSION_REPLACED, type Wait } from './wait.ts';

const NEXT_START = 'what is left is removed at the next start';

/** The waits of `src/grid`, by file below `src/` and constant. */
export const GRID_WAITS: Readonly<Record<string, Readonly<Record<string, Wait>>>> = {
  'grid/lost-session.ts': {
    STATUS_DEADLINE_MS: ['grid', 'the `/status` of a grid, while a lost session is searched', 'it is asked again'],
  },
  'grid/loopback.ts': {
    DEADLINE_MS: ['grid', 'the `/status` of a grid, to find where its nodes run', 'the sites on loopback are tried'],
  },
  'grid/remote.ts': {
    OPEN_DEADLINE_MS: [
      'grid',
      'a new session: longer than the queue of a Selenium Grid',
      'the request counts as refused, and a session that it made is searched and ended',
    ],
    LOST_SEARCH_MS: ['grid', 'a session whose reply was lost, by its name', 'its record stays, and it is ended later'],
    STATUS_DEADLINE_MS: ['grid', 'the `/status` of a grid', 'it is asked again'],
    COMMAND_DEADLINE_MS: ['grid', 'the first command of a session', SESSION_REPLACED],
    BACKGROUND_DEADLINE_MS: [
      'grid',
      'sessions that were requested and are not wanted any more, at the end of a run',
      NEXT_START,
    ],
    FORGOTTEN_DEADLINE_MS: [
      'grid',
      'a grid to forget the ended sessions, at the end of a run',
      'they are asked to end again',
    ],
    KEEP_ALIVE_MS: [
      'grid',
      "the next command of a session; less if a node's `--session-timeout` asks for it",
      'the session gets a command that keeps it alive',
    ],
  },
  'grid/stray-sessions.ts': {
    PATIENCE_MS: [
      'grid',
      'a grid to forget a session that nobody uses and that was ended again',
      'its record stays for the next start',
    ],
  },
  'grid/remote-sessions.ts': {
    QUIT_DEADLINE_MS: [
      'grid',
      'the end of a session, three times',
      'the session is asked to end again at the end of the run',
    ],
    ENDING_PATIENCE_MS: ['grid', 'a session that the grid is still ending, at the end of the run', NEXT_START],
  },
  'grid/end-session.ts': {
    MAX_PAUSE_MS: [
      'grid',
      'the pause that a grid asks for with `Retry-After` when a session is to be ended',
      'it is asked again',
    ],
  },
  'grid/clear-leftovers.ts': {
    DEADLINE_MS: ['grid', 'the end of a session of a killed run, at the start', 'the next start tries again'],
    KEEP_MS: ['grid', 'a grid that still has sessions of a killed run', 'the record of the session is removed'],
  },
  'grid/registry.ts': { UNRECORDED_MS: ['local', 'the record of a session in its folder', 'the folder is removed'] },
  'grid/local.ts': {
    OPEN_DEADLINE_MS: ['local', 'Chrome to start', '`browser.not-started`; the site is tried again'],
    QUIT_DEADLINE_MS: ['local', 'Chrome to end after a request to end', 'it is killed with its driver'],
    COMMAND_DEADLINE_MS: ['local', 'the first command of a session', SESSION_REPLACED],
  },
  'grid/chrome-words.ts': {
    BY_HAND_MS: [
      'local',
      'a Chrome that did not start, started without its driver',
      "it is ended; the message has only chromedriver's words",
    ],
  },
  'grid/driver-process.ts': {
    START_DEADLINE_MS: ['local', 'chromedriver to start', '`browser.driver-not-started`; the site is tried again'],
    TERM_DEADLINE_MS: ['local', 'chromedriver and Chrome to end after SIGTERM', 'they are killed'],
  },
  'grid/find-chrome.ts': {
    VERSION_TIMEOUT_MS: ['local', 'Chrome or chromedriver to print its version', '`local.no-chrome`, exit 2'],
  },
  'grid/selenium-manager.ts': {
    TIMEOUT_MS: ['local', 'Selenium Manager, which may download a Chrome', '`local.no-chrome`, exit 2'],
  },
  'grid/docker/scale.ts': {
    READY_DEADLINE_MS: ['docker', 'new nodes to be ready', '`grid.not-ready`, and the nodes are removed again'],
    DRAIN_DEADLINE_MS: ['docker', 'the sessions of a node that is to be removed', 'the node is removed'],
  },
  'grid/docker/joined-nodes.ts': {
    READY_DEADLINE_MS: ['docker', 'the hub to accept nodes of `grid join`', '`grid.not-joined`, exit 2'],
    STATUS_DEADLINE_MS: ['docker', 'the `/status` of the hub, in `grid join`', 'it is asked again'],
  },
  'grid/docker/assembly.ts': {
    READY_DEADLINE_MS: ['docker', 'the hub and its nodes to be ready', '`grid.not-ready`, exit 2'],
  },
  'grid/docker/autoscale.ts': {
    GROW_AFTER_MS: ['docker', 'a lack of slots to last', 'a node is added (`--nodes min..max`)'],
    SHRINK_AFTER_MS: ['docker', 'a surplus of slots to last', 'a node is removed'],
    TURN_AFTER_MS: [
      'docker',
      'a change of direction after the number of nodes has changed',
      'the number may change the other way',
    ],
  },
  'grid/docker/hub-keeper.ts': { SILENT_MS: ['docker', 'a hub that runs to answer', 'it is started again'] },
  'grid/docker/lost-nodes.ts': {
    GONE_MS: ['docker', 'a paused, cut off or ended node to come back', 'it is replaced'],
    MISSED_MS: ['docker', 'the hub to list a node that it had', 'the node is replaced'],
    START_MS: ['docker', 'a node to reach its hub for the first time', 'it is replaced'],
  },
  'grid/docker/image.ts': {
    BUILD_DEADLINE_MS: ['docker', 'an image to be built', '`grid.image-failed`'],
    PULL_DEADLINE_MS: ['docker', 'an image to be pulled', '`grid.image-failed`'],
  },
  'grid/docker/hub-api.ts': { DEADLINE_MS: ['docker', 'an answer of the hub', 'it is asked again'] },
  'grid/docker/join.ts': {
    CONNECT_DEADLINE_MS: [
      'docker',
      "a connection to the hub's ports, in `grid join`",
      '`grid.bus-unreachable` or `grid.hub-unreachable`',
    ],
  },
  'grid/docker/engine.ts': {
    CALL_DEADLINE_MS: ['docker', 'an answer of the Docker engine', '`grid.engine-silent`'],
    PING_DEADLINE_MS: ['docker', 'the first answer of the Docker engine', '`grid.engine-silent`'],
  },
  'grid/docker/scaler.ts': {
    ENGINE_GONE_MS: ['docker', 'an engine and a hub that are both away', 'the run ends (`grid.gone`)'],
  },
  'grid/docker/own-page.ts': {
    REACH_MS: ['docker', "a node to reach the canary's page", "the canary loads the hub's status instead"],
  },
  'grid/docker/orphans.ts': {
    DEADLINE_MS: ['docker', 'the end of a session that a restarted hub forgot', 'the next start tries again'],
  },
};
