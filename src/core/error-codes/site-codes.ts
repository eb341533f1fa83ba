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
    "on this machine, the message begins with Chrome's own reason; on a grid, read the node's log",
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
    'install both, or set their paths with `GRIDRUN_CHROME` (`GRIDRUN_CHROME_SHELL` for `--chrome shell`) and `GRIDRUN_CHROMEDRIVER`',
  ),
  'replay.incomplete': reported(
    'site',
    'a check failed in a replay whose recording lacks a document, a script or a style sheet of the page',
    'record the site again; see the misses in `results.json` or the report',
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
  'site.bad-encoding': reported(
    'site',
    'the page could not be decoded: its compression or its chunks are broken',
    'report it to the site: other browsers show nothing either',
  ),
  'site.blank': reported(
    'site',
    'the page loaded, but shows no text, picture or field',
    'look at the screenshot; the site may want another browser or a cookie',
  ),
  'site.bot-wall': reported(
    'site',
    'a wall against robots stands before the page',
    "ask the site's owner to let your grid's addresses in, or leave the site out with `skip`",
  ),
  'site.captcha': reported(
    'site',
    'the site shows a captcha instead of its page',
    "ask the site's owner for a way in for tests, or leave the site out with `skip`",
  ),
  'site.closed-window': reported(
    'site',
    'the page closed its own window',
    'look at what the page does on its start; some do it to robots',
  ),
  'site.connection-lost': reported(
    'site',
    'the site closed the connection without an answer',
    "open it in a browser; it may block robots or your network's address",
  ),
  'site.cut-body': reported(
    'site',
    'the page was cut off before its end',
    'run the site again; if it happens each time, report it to the site',
  ),
  'site.dialogs': reported(
    'site',
    'the page opens dialogs by itself, which block it',
    'set `unhandledPromptBehavior` in the capabilities, or leave the site out with `skip`',
  ),
  'site.dns': reported(
    'site',
    "the site's host name does not resolve",
    'correct it in the list; on a grid, check the DNS of the nodes',
  ),
  'site.download': reported('site', 'the address is a download, not a page', 'list the address of a page'),
  'site.hangs': reported(
    'site',
    'the page does not answer, while the browser does: a script of the page, or of an extension, never ends',
    'open it in a browser and look for a busy tab; with an extension, compare with `--control`',
  ),
  'site.http-status': reported(
    'site',
    'the site answered with HTTP status 4xx or 5xx, or with a redirect that leads nowhere',
    'open it in a browser; the fault has the status as `httpStatus`',
  ),
  'site.no-answer': reported(
    'site',
    'the site did not answer in time',
    "check that the site is up, and that the grid's network can reach it",
  ),
  'site.no-content': reported(
    'site',
    'the site answered without a page (HTTP 204 or 205)',
    'list the address of a page',
  ),
  'site.not-a-page': reported('site', 'the address is a file, such as a picture or JSON', 'list the address of a page'),
  'site.other-origin': reported(
    'site',
    'the site leads to another domain',
    'list the address that it ends at, if that is the site you mean',
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
  'site.unreadable': reported(
    'site',
    "the page's scripts or texts break the driver's commands",
    'report it to the site; other WebDriver tools cannot read it either',
  ),
} as const satisfies Codes;
