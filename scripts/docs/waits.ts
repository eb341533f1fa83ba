import { GRID_WAITS } from './grid-waits.ts';
import { SESSION_REPLACED, type Wait } from './wait.ts';

/** Every wait that no flag sets, by file below `src/` and constant. */
export const WAITS: Readonly<Record<string, Readonly<Record<string, Wait>>>> = {
  ...GRID_WAITS,
  'history/database.ts': {
    BUSY_TIMEOUT_MS: [
      'run',
      'another run that writes `history.sqlite`',
      'this run is not written into the history, and a report failure says so',
    ],
  },
  'app/doctor.ts': {
    STATUS_DEADLINE_MS: ['grid', 'the `/status` of a grid, in `gridrun doctor`', 'the finding fails'],
  },
  'app/session-findings.ts': {
    SESSION_DEADLINE_MS: ['grid', 'a session, in `gridrun doctor`', 'the finding fails'],
    SOCKET_DEADLINE_MS: ['grid', "a session's WebSocket, in `gridrun doctor`", 'the finding fails'],
  },
  'app/run/dispatch.ts': {
    ASK_AFTER_MS: [
      'grid',
      'a site for an idle session',
      'the session is asked if it still lives before it takes a site',
    ],
  },
  'sites/source.ts': {
    SILENCE_TIMEOUT_MS: ['run', 'the next bytes of a site list at a URL', '`sites.unreadable`, exit 2'],
  },
  'webserver/web-server.ts': {
    END_DEADLINE_MS: [
      'run',
      'the end of the `webServer` after a request to end',
      'it is killed with all its processes',
    ],
  },
  'cli/stray-error.ts': {
    IN_ORDER_MS: ['run', 'the end of the browsers after a bug in gridrun', 'gridrun exits with 70'],
  },
  'results/folder-lock.ts': {
    WRITING_MS: ['run', 'another process to write its lock of the results folder', 'the lock is taken over'],
    RENEWED_MS: [
      'run',
      'another machine or container to renew its lock of the results folder, which it does every 15 s',
      'its run counts as ended, and the lock is taken over',
    ],
    NEVER_RENEWED_MS: ['run', 'the same, if an earlier gridrun holds the lock, which never renews it', 'the same'],
  },
  'replay/page-clock.ts': {
    DEADLINE_MS: ['check', 'the command that sets the clock of a replayed page', 'the page has the real time'],
  },
  'session/ask.ts': { DEADLINE_MS: ['grid', 'a sign of life of an idle session', SESSION_REPLACED] },
  'session/bidi-session.ts': {
    RESET_DEADLINE_MS: ['check', 'a session to be cleaned for its next site', SESSION_REPLACED],
  },
  'session/canary.ts': { PAGE_DEADLINE_MS: ['outage', "the canary's page", 'the grid counts as down'] },
  'dispatch/breaker.ts': {
    MAX_PAUSE_MS: ['outage', 'the next probe of what is down (1 s at first, doubled up to this)', 'it is probed again'],
  },
  'dispatch/openings.ts': {
    OVERDUE_MS: [
      'grid',
      'the reply to a request for a session, while another request gets its session',
      'the request no longer counts, and a free slot requests another session',
    ],
  },
  'dispatch/grid-outage.ts': {
    MAX_ASKED_PAUSE_MS: ['outage', 'the pause that a grid asks for with `Retry-After`', 'the grid is asked again'],
  },
  'check/worker/page/page-view.ts': {
    WINDOW_MS: [
      'check',
      'the driver to name its window, while a failure is examined',
      'the failure is examined without it',
    ],
  },
  'check/worker/page/sent-document.ts': {
    START_MS: [
      'check',
      'what the server sends to be watched, in a load that is compared with the control',
      'the load has no fingerprint, so its pair counts',
    ],
    BODY_MS: ['check', 'the bytes of the document that it sent', 'the load has no fingerprint, so its pair counts'],
  },
  'check/worker/attempt/failure-examiner.ts': {
    PROBE_MS: ['check', 'a sign of life of the session after a failure', 'the session counts as lost, cause grid'],
    LATE_MS: ['check', 'the same, if the check ran out of time', 'the session was out of reach (`grid.no-answer`)'],
    HELD_MS: ['check', 'an answer of the page after a failure', 'the page holds its process, cause site'],
    HELD_AT_END_MS: ['check', 'the same, when the time of the site is up', 'the page holds its process, cause site'],
    MIN_HELD_MS: ['check', 'the same, at least', 'the page holds its process, cause site'],
    PROBE_AT_END_MS: [
      'check',
      'a sign of life of the session when the time of the site is up',
      'the session counts as lost, cause grid',
    ],
    OVERTAKEN_MS: [
      'check',
      'the reply to a command, after the session has replied to a later one',
      'the command is lost (`grid.no-answer`); the site is tried again',
    ],
  },
  'check/worker/attempt/borrowed-driver.ts': {
    COMMAND_MARGIN_MS: [
      'check',
      'a reply to a command, after `--timeout`',
      '`grid.no-answer`; the site is tried again',
    ],
  },
  'check/worker/attempt/page-examiner.ts': {
    ASK_MS: ['check', 'an answer to each further question to a page that failed a check', 'the question is left out'],
  },
  'check/worker/attempt/capped-timeouts.ts': {
    DEADLINE_MS: [
      'check',
      'the session to take its time-outs, at the start of an attempt',
      'the attempt is faulted, cause grid',
    ],
  },
  'check/worker/attempt/attempt-limits.ts': {
    CLEAN_UP_MS: [
      'check',
      'the `afterEach` and `after` hooks that are due after a cut',
      'the worker takes no further site, and is replaced',
    ],
    END_MS: [
      'check',
      'the end of an attempt after its limit or its last check',
      'the attempt ends without what is missing',
    ],
    LOOK_MS: ['check', 'the page, within the end of an attempt', 'the attempt ends without its evidence'],
  },
  'check/worker/attempt/held-input.ts': {
    LET_GO_MS: ['check', 'the release of keys that a check holds down', 'the session is replaced'],
  },
  'check/worker/attempt/keep-alive.ts': {
    DEADLINE_MS: ['check', 'a reply to a keep-alive', "the check's own next command reports a lost session"],
  },
  'check/worker/extension/extension-use.ts': {
    WINDOW_MS: [
      'extension',
      "the driver to name its window, after the site's tab was closed or discarded",
      'the extension is not blamed for it',
    ],
  },
  'check/worker/extension/extension-watch.ts': {
    COMMAND_DEADLINE_MS: ['extension', 'the extension to be watched for errors', 'the attempt is faulted'],
  },
  'check/worker/watchdog-thread.ts': {
    NAMING_MS: ['check', 'a blocked worker to name its check and line', 'the report names no check'],
  },
  'check/worker/evidence/session-log.ts': {
    COMMAND_DEADLINE_MS: ['evidence', 'each command for console and requests', 'they are left out'],
    START_WAIT_MS: [
      'evidence',
      'console and requests to be recorded, at the start of a site',
      'the site starts before its log',
    ],
  },
  'check/worker/evidence/evidence-taker.ts': {
    CAPTURE_MS: ['evidence', 'all evidence of a failed check', 'what is missing is left out'],
    SECOND_CAPTURE_MS: [
      'evidence',
      'the same, after one check of the site has used up its time',
      'what is missing is left out',
    ],
    SETTLE_MS: ['evidence', 'messages of the page that are on their way', 'they are left out'],
    PICTURE_MS: ['evidence', 'a picture of a page that has drawn nothing yet', 'it is left out'],
    MIN_CAPTURE_MS: ['evidence', 'what is in memory to be written, at least', 'it is left out'],
  },
  'check/worker/evidence/film-strip.ts': { FRAME_MS: ['evidence', 'one picture of `--trace`', 'it is left out'] },
  'check/worker/recorder/attempt-recording.ts': {
    START_WAIT_MS: ['evidence', 'the recorder of `--record`, at the start of a site', 'the site starts before it'],
  },
  'check/worker/recorder/recorder.ts': {
    COMMAND_MS: ['evidence', 'each command of the recorder', 'what it asks for is not recorded'],
    BODIES_MS: ['evidence', 'the bodies of a recording', 'the others are marked as missing'],
  },
  'check/builtin/loads.check.ts': {
    MARGIN_MS: ['check', "the browser's own page-load error, in the built-in check", 'the check runs out of time'],
  },
  'check/pool/attempt-limit.ts': {
    OVERTIME_MS: [
      'check',
      'an attempt to end after its limit, whatever its checks have done to their process',
      '`check.broke-process`: its worker is killed, and sites beside it are repeated',
    ],
    ANSWER_MS: ['check', 'the watchdog of a worker whose attempt is late', 'the same'],
  },
  'check/pool/worker-pool.ts': {
    FIXTURE_DEADLINE_MS: ['check', 'a global teardown after the run', 'the worker is ended'],
  },
  'check/pool/worker-process.ts': {
    INTERRUPT_MS: ['check', 'an interrupted attempt to report what it has decided', 'the worker is killed'],
  },
  'check/pool/worker-channel.ts': {
    STOP_MS: ['check', 'a worker to end', 'it is killed'],
    LAST_WORDS_MS: ['check', 'the last output of a worker that died', 'it is reported without'],
  },
  'extension/upload.ts': {
    UPLOAD_DEADLINE_MS: ['extension', 'the upload of an extension to a node', SESSION_REPLACED],
  },
  'extension/classic-proof.ts': {
    COMMAND_DEADLINE_MS: ['extension', 'each command that proves an extension', SESSION_REPLACED],
    WORKER_DEADLINE_MS: ['extension', "the extension's service worker to start", '`extension.worker-died`'],
  },
  'extension/bidi-install.ts': {
    COMMAND_DEADLINE_MS: ['extension', 'each command that installs an extension', SESSION_REPLACED],
    WORKER_DEADLINE_MS: ['extension', "the extension's service worker to start", '`extension.worker-died`'],
  },
};

/** Waits whose limit a flag or a key of the config sets: the flag or key, and the same. */
export const SET_WAITS: Readonly<Record<string, Wait>> = {
  '--timeout': [
    'check',
    'one check, one page load, one script or one implicit wait',
    'the check fails, or is errored with cause site if a page load took the time',
  ],
  '--site-timeout': ['check', 'one attempt at a site', '`site.timeout`: what has no result is errored'],
  '--global-timeout': ['run', 'the whole run', 'it stops, and sites without a verdict are not-run, exit 3'],
  '--host-delay': ['run', 'a host to rest after a site of it', 'its next site may start'],
  '--control-wait': ['run', 'a failing site to rest between its loads, all pauses together', 'its next load may start'],
  '--outage-timeout': [
    'outage',
    'a grid or network that is down',
    'the run ends as one incident, and the rest is not-run, exit 3',
  ],
  '`webServer.timeout`': ['run', "the config's `webServer` to answer", '`webserver.not-ready`, exit 2'],
};

/** Waits whose limits are not in a constant of their own name `…_MS`. */
export const OTHER_WAITS: readonly (readonly [...Wait, limit: string])[] = [
  ['run', 'running sites, after Ctrl-C, a signal or an outage (drain)', 'they are ended', '30 s'],
  ['run', 'running checks to end (stop)', 'the workers are killed', '10 s'],
  ['check', 'a check that blocks its process', '`runner.endless-loop`: its worker is killed', '10 s'],
  ['check', 'the check files to load', 'exit 2, or `runner.lane` in a run', '60 s'],
  ['check', 'a worker to answer', 'it is killed (`runner.worker-died`)', '90 s'],
];
