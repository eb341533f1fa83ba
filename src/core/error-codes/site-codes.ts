import { input, NO_TODO, reported, retried, type Codes } from './code-meaning.ts';

/** Codes of what lies under the checks: the browser, the Chrome of this machine, the session and the site. */
export const SITE_CODES = {
  'browser.crashed': retried(
    'browser',
    'the browser crashed while it was on a site',
    'increase the memory of the browser; if one site crashes it again and again, leave the site out with `skip`',
  ),
  'browser.driver-not-started': retried(
    'browser',
    'the chromedriver of this machine did not start',
    "run `gridrun doctor`; the message contains chromedriver's log",
  ),
  'browser.not-started': retried(
    'browser',
    'the driver or the grid could not start a browser',
    "run `gridrun doctor`; on a grid, read the node's log",
  ),
  'browser.tab-crashed': retried(
    'browser',
    "the page's tab crashed (“Aw, Snap!”)",
    'increase the memory of the browser and its `/dev/shm`, or leave the site out with `skip`',
  ),
  'local.chrome-mismatch': input(
    'Chrome and chromedriver have different versions',
    'update both, or choose others with `GRIDRUN_CHROME` and `GRIDRUN_CHROMEDRIVER`',
  ),
  'local.no-chrome': input(
    'this machine has no Chrome or no chromedriver',
    'install both, or set their paths with `GRIDRUN_CHROME` and `GRIDRUN_CHROMEDRIVER`',
  ),
  'session.no-bidi': retried(
    'grid',
    'the session has no WebSocket, which `--isolation context` needs',
    'run `gridrun doctor --grid <url>`, or use `--isolation wipe`',
  ),
  'session.replace': retried(
    'runner',
    'the session has had its one site; `--isolation session` opens a new one for each site',
    NO_TODO,
  ),
  'site.connection-lost': reported(
    'site',
    'the site closed the connection without an answer',
    "open it in a browser; it may block robots or your network's address",
  ),
  'site.dns': reported(
    'site',
    "the site's host name does not resolve",
    'correct it in the list; on a grid, check the DNS of the nodes',
  ),
  'site.no-answer': reported(
    'site',
    'the site did not answer in time',
    "check that the site is up, and that the grid's network can reach it",
  ),
  'site.redirects': reported(
    'site',
    'the site redirects in a loop',
    'list the address that it ends at; it may also need a cookie',
  ),
  'site.refused': reported(
    'site',
    "nothing listens at the site's address",
    'check that the site is up, and that the port is right',
  ),
  'site.timeout': reported(
    'site',
    'the checks of the site took longer than `--site-timeout`',
    'raise `--site-timeout`, or set a `timeoutMs` for the site in the list',
  ),
  'site.tls': reported(
    'site',
    "the site's certificate is not valid",
    'fix it, or accept it: `--capabilities \'{"acceptInsecureCerts": true}\'`',
  ),
  'site.unreachable': reported(
    'site',
    'the browser could not load the site',
    "look up Chrome's `net::ERR_…` in the message",
  ),
} as const satisfies Codes;
