import { AS_HINTED, input, noted, reported, retried, type Codes } from './code-meaning.ts';

/** Codes of the checks and of the files that they are in. */
export const CHECK_CODES = {
  'check.broke-process': reported(
    'check',
    'a check replaced or broke builtins of JavaScript or Node, and gridrun could not end its site in time',
    'put back what the check replaces, in an `afterEach` or `after`; look for changed prototypes, promises and timers',
  ),
  'check.command-refused': reported(
    'check',
    'the browser refused a command: the element does not exist, or a script threw',
    'wait for what the command needs; look at the screenshot',
  ),
  'check.ended-process': retried(
    'check',
    'the process that the checks of the site run in ended, and no other site was tried in it',
    'look for native modules, `process.abort()` and high memory use in the checks',
  ),
  'check.extension-use': reported('check', 'a check used a part that the extension does not have', AS_HINTED),
  'check.failed': reported(
    'check',
    'a check or one of its hooks threw an error',
    'read its message and look at the screenshot; finding this is what checks are for',
  ),
  'check.late-command': reported(
    'check',
    'a check sent a command to the driver after its site had ended',
    '`await` every command; end your own timers in `after`',
  ),
  'check.late-test': reported(
    'check',
    'a hook or a check called `it()`, `describe()` or `addTest()` while a site ran; such a test is in no plan and does not run',
    'make tests while the file loads; top-level `await` works there',
  ),
  'check.no-bidi': reported(
    'check',
    'the session has no WebSocket, so the extension cannot be reached',
    'keep `webSocketUrl` in the capabilities; on a grid, run `gridrun doctor`',
  ),
  'check.no-extension': reported(
    'check',
    'a check used `extension` in a session that has none',
    'pass `--extension`, or put `@extension` in the title of the check',
  ),
  'check.no-site-yet': reported(
    'check',
    'a check file read `site` or `driver` while it was loaded',
    'read them inside `it()`, `before()` or `beforeEach()`',
  ),
  'check.rescued': reported(
    'check',
    "the check failed, then passed because of mocha's `this.retries`: it is flaky",
    'find out what it did not wait for',
  ),
  'check.timeout': reported(
    'check',
    'the check took longer than `--timeout`',
    'wait for less, or raise `--timeout` or `this.timeout()`',
  ),
  'check.unawaited-command': reported(
    'check',
    'the site ended while a command to the driver was still running',
    '`await` every command',
  ),
  'checks.global-teardown': noted(
    'check',
    'the teardown of `mochaGlobalSetup` failed or took too long',
    'fix the error in the text',
  ),
  'checks.mocharc': noted(
    'nobody',
    'there is a `.mocharc`, which gridrun does not read',
    'move its settings to `gridrun.config.ts`',
  ),
  'checks.no-file': input(
    'a glob of check files matches no file',
    'correct the glob; it is relative to the folder that gridrun runs in',
  ),
  'checks.none': input(
    'the files contain no check, or the filters leave none',
    'list the titles with `--list`, without `--grep` and `--tag`',
  ),
  'checks.not-loaded': input(
    'a check file could not be loaded',
    'fix the error in the message, which has file and line',
  ),
  'checks.only': input('the suite contains `.only`, which is forbidden on CI', 'remove it, or pass `--no-forbid-only`'),
  'checks.shared-process': noted(
    'check',
    'a check changed what its process owns (the clock, the working folder, a fixed port, globals), which other sites share',
    'keep such state in your own modules, listen on port 0, or pass `--lanes-per-worker 1` from the start',
  ),
  'checks.stray-error': noted(
    'check',
    'a check file threw an error that belongs to no site',
    '`await` everything the file starts, and handle its errors',
  ),
} as const satisfies Codes;
