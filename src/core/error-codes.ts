import type { Answer, Cause } from './blame.ts';

/** What a code means to who meets it. docs/troubleshooting.md and docs/reference/error-codes.md are made from this. */
export interface CodeMeaning {
  /** Whom it blames: `input` is what gridrun was given, `nobody` where nothing is wrong. */
  readonly blames: Cause | 'input' | 'nobody';
  /** What gridrun does about it; `note` tells it once and goes on. */
  readonly answer: Answer | 'note';
  readonly meaning: string;
  readonly todo: string;
}

const input = (meaning: string, todo: string) => ({ blames: 'input', answer: 'refuse', meaning, todo }) as const;
const refused = (blames: Cause, meaning: string, todo: string): CodeMeaning => ({
  blames,
  answer: 'refuse',
  meaning,
  todo,
});
const retried = (blames: Cause, meaning: string, todo: string): CodeMeaning => ({
  blames,
  answer: 'retry',
  meaning,
  todo,
});
const reported = (blames: Cause, meaning: string, todo: string): CodeMeaning => ({
  blames,
  answer: 'report',
  meaning,
  todo,
});
const noted = (blames: Cause | 'nobody', meaning: string, todo: string): CodeMeaning => ({
  blames,
  answer: 'note',
  meaning,
  todo,
});

const NO_TODO = 'nothing';
const AS_HINTED = 'the message names what would be right';

/** Every code that gridrun may say, and what it means: the one list of them. A code never changes its meaning. */
export const ERROR_CODES = {
  'baseline.none': input(
    'the baseline folder holds no results',
    'give `--baseline` the results folder of an earlier run, or a folder of such folders',
  ),
  'baseline.shards': input(
    'the baseline holds parts of runs',
    'merge the shards of each run first, with `gridrun merge-reports`',
  ),
  'browser.crashed': retried(
    'browser',
    'the browser ended in the middle of a site',
    'look at its memory; where one site does it again and again, leave it out with `skip`',
  ),
  'browser.driver-not-started': retried(
    'browser',
    'the chromedriver of this machine did not start',
    'run `gridrun doctor`; the log in the message says why',
  ),
  'browser.not-started': retried(
    'browser',
    'the driver or the grid could not start a browser',
    'run `gridrun doctor`; on a grid look at the node’s log',
  ),
  'browser.tab-crashed': retried(
    'browser',
    'the page’s tab crashed (“Aw, Snap!”)',
    'give the browser more memory and `/dev/shm`, or leave the site out with `skip`',
  ),
  'check.command-refused': reported(
    'check',
    'the browser refused a command: no such element, a script that throws',
    'mend the check: wait for what it needs, look at the screenshot',
  ),
  'check.extension-use': reported('check', 'a check asked the extension for what it does not have', AS_HINTED),
  'check.failed': reported(
    'check',
    'a check, or one of its hooks, threw',
    'read its message and screenshot; this is what checks are for',
  ),
  'check.late-command': reported(
    'check',
    'a command of the driver came after its site had ended',
    '`await` every command; end your own timers in `after`',
  ),
  'check.no-bidi': reported(
    'check',
    'the session has no websocket, so the extension can’t be asked',
    'leave `webSocketUrl` among the capabilities; on a grid run `gridrun doctor`',
  ),
  'check.no-extension': reported(
    'check',
    'a check used `extension` in a session without one',
    'give `--extension`, or title the check with `@extension`',
  ),
  'check.no-site-yet': reported(
    'check',
    '`site` or `driver` was read while the file was loaded',
    'read them inside `it()`, `before()` or `beforeEach()`',
  ),
  'check.rescued': reported(
    'check',
    'failed until mocha’s own `this.retries` tried it again: flaky',
    'find out what it did not wait for',
  ),
  'check.timeout': reported(
    'check',
    'the check was not done in `--timeout`',
    'wait for less, or give `--timeout` or `this.timeout()` more',
  ),
  'check.unawaited-command': reported(
    'check',
    'the site ended while a command of the driver was still under way',
    '`await` every command',
  ),
  'checks.global-teardown': noted(
    'check',
    'the teardown of `mochaGlobalSetup` failed or took too long',
    'mend it: its error is in the text',
  ),
  'checks.mocharc': noted(
    'nobody',
    'there is a `.mocharc`, which gridrun does not read',
    'write its settings into `gridrun.config.ts`',
  ),
  'checks.no-file': input(
    'a glob of check files matches none',
    'globs are relative to the folder in which gridrun is called',
  ),
  'checks.none': input(
    'there is no check in the files, or the filters leave none',
    'look at the titles with `--list`, without `--grep` and `--tag`',
  ),
  'checks.not-loaded': input(
    'a check file could not be loaded',
    'mend the error that the message shows, with file and line',
  ),
  'checks.only': input(
    '`.only` is in the suite and forbidden, as it is in CI',
    'take it out, or give `--no-forbid-only`',
  ),
  'checks.stray-error': noted(
    'check',
    'an error of a check file that belongs to no site',
    'await what the file starts, and handle its errors',
  ),
  'config.missing': input('the file of `--config` is not there', 'correct the path'),
  'config.shape': input('the config exports no object', '`export default defineConfig({ … })`'),
  'config.unreadable': input('the config could not be loaded', 'mend the error that the message shows'),
  'doctor.disk': reported('runner', 'the results folder’s disk can’t be looked at', 'name another folder with `--out`'),
  'expectations.expired': noted(
    'nobody',
    'the last day of a known failure is over: it gates again',
    'mend it, or give it another day',
  ),
  'expectations.file': input('the expectations file can’t be read', 'write it with `gridrun expectations update`'),
  'expectations.passed': noted('nobody', 'a known failure has passed', 'take it out: `gridrun expectations update`'),
  'expectations.unknown': noted(
    'nobody',
    'a known failure names a site or check that is not there',
    'correct it or take it out',
  ),
  'expectations.wrong': input('the expectations file has mistakes', AS_HINTED),
  'extension.bad-files': input('the extension’s files can’t be taken: links out of it, names that clash', AS_HINTED),
  'extension.bad-manifest': input(
    'Chrome would not load this manifest',
    'mend each of the mistakes that the message lists',
  ),
  'extension.empty': input('the extension’s folder is empty', 'build it first'),
  'extension.error': reported(
    'extension',
    'the extension threw, and `--fail-on-extension-errors` is on',
    'its message and stack are in the report; mend the extension',
  ),
  'extension.mv2': input(
    'the extension is of manifest version 2, which Chrome no longer runs',
    'bring it to version 3',
  ),
  'extension.no-manifest': input('there is no `manifest.json` in the folder', 'give the built folder'),
  'extension.no-way': input(
    'the browsers of this grid take no extension',
    'Chrome 149 or later takes it as it is; run `gridrun doctor --extension`',
  ),
  'extension.not-a-zip': input('the file is neither a folder nor a zip nor a crx, or is damaged', 'pack it again'),
  'extension.not-found': input('there is nothing at the path of the extension', 'correct the path; build it first'),
  'extension.not-loaded': retried(
    'extension',
    'the browser did not load the extension',
    'the message is Chrome’s own; try it with “Load unpacked”',
  ),
  'extension.old-crx': input('the crx is of an old format', 'pack it with a newer Chrome, or give the folder'),
  'extension.too-large': input('the folder is too large for an extension', 'give the built folder, not the project'),
  'extension.unreadable-manifest': input('the manifest is no JSON', 'mend it at the line that the message names'),
  'extension.worker-died': retried(
    'extension',
    'the service worker threw when it was started',
    'its error is in the message; mend the worker',
  ),
  'extension.worker-not-stopped': reported(
    'extension',
    '`extension.stopWorker()` had no effect',
    'look for what keeps the worker alive',
  ),
  'grid.bad-advertise': refused(
    'grid',
    'the hub can’t reach the nodes at the address of `--advertise`',
    'give an address of this machine that the hub’s machine reaches, and open its ports',
  ),
  'grid.bad-options': input('the grid can’t be as it was asked for', AS_HINTED),
  'grid.bad-url': input('the grid’s URL is none', 'write it as `http://host:4444`'),
  'grid.bus-unreachable': input(
    'the hub’s event bus does not answer this machine',
    'open 4442 and 4443 of the hub; bring it up with `--open-bus`',
  ),
  'grid.drain-refused': reported(
    'grid',
    'the hub did not drain a node',
    'look at `gridrun grid status` and the hub’s log',
  ),
  'grid.engine-elsewhere': refused(
    'grid',
    'the list has sites on this machine’s loopback, and the engine is on another',
    'use an engine of this machine, or `--grid local`',
  ),
  'grid.engine-refused': reported('grid', 'the Docker engine refused', 'the message is the engine’s own'),
  'grid.engine-silent': reported(
    'grid',
    'the Docker engine did not answer in time',
    'look at the engine’s load and log',
  ),
  'grid.engine-unreachable': refused(
    'grid',
    'no Docker engine answers',
    'start Docker, or set `DOCKER_HOST`; join the group of its socket',
  ),
  'grid.hub-restarted': noted(
    'grid',
    'the hub was restarted and forgot its sessions',
    'those sites are tried again; look at the hub’s log',
  ),
  'grid.hub-unreachable': input(
    'the hub does not answer this machine',
    'is it up, and does it listen on that address (`--listen`)?',
  ),
  'grid.image': noted('nobody', 'something worth knowing of the image that the grid is made of', 'read its text'),
  'grid.image-failed': refused(
    'grid',
    'the grid’s image could not be built',
    'the last lines are the failing step’s own; packages need a network in containers',
  ),
  'grid.no-answer': retried(
    'grid',
    'the grid or the driver did not answer in time',
    'look at the load of its machines; ask for fewer `--sessions`',
  ),
  'grid.none': input(
    'there is no such grid, or node of it',
    '`gridrun grid status` shows what is there, `gridrun grid up` makes one',
  ),
  'grid.not-joined': refused(
    'grid',
    'the nodes answer here, but the hub does not take them',
    'is the registration secret the hub’s own, and can the hub reach this machine?',
  ),
  'grid.not-ready': refused(
    'grid',
    'hub or nodes did not become ready',
    'their last lines are in the message; `gridrun grid status`',
  ),
  'grid.not-webdriver': refused(
    'grid',
    'what answers at the URL is no WebDriver server',
    'give the URL whose `/status` answers JSON',
  ),
  'grid.other-port': input(
    'the grid is up already, on another port',
    'use that port, another `--name`, or take it down first',
  ),
  'grid.port-taken': input('the port is taken by another program', 'give another with `--port`'),
  'grid.queue-timeout': retried(
    'grid',
    'the grid had no free slot before its queue gave up',
    'ask for fewer `--sessions`, or give the grid more slots',
  ),
  'grid.scale-failed': noted(
    'grid',
    'the number of nodes could not follow the work',
    'the text says why; the run goes on with the nodes that there are',
  ),
  'grid.session-lost': retried(
    'grid',
    'the session is gone: its node died or ended it',
    'look at the node’s memory and log; the sites are tried on another node',
  ),
  'grid.stopped': {
    blames: 'nobody',
    answer: 'stop',
    meaning: 'stopped by a person while the grid was coming up: exit 130',
    todo: NO_TODO,
  },
  'grid.swept': noted('nobody', 'what a dead run had left was taken away', NO_TODO),
  'grid.unauthorized': refused(
    'grid',
    'the grid wants a user and a password',
    'give them in the URL, best by `SELENIUM_REMOTE_URL`',
  ),
  'grid.unreachable': retried(
    'grid',
    'nothing answers at the grid’s URL',
    'is it up, and can this machine reach it? `gridrun doctor --grid <url>`',
  ),
  'history.broken': input(
    'the history file is damaged',
    'build it anew: `gridrun history --rebuild <results folders>`',
  ),
  'history.file': reported(
    'runner',
    'the history file can’t be used',
    'the message is the system’s own: rights, or a full disk',
  ),
  'history.other': input('the file is a database of something else', 'give another `--out`'),
  'history.run': input('a journal without its first line is of no run', 'leave that folder out of `--rebuild`'),
  'history.site': input('the history knows no such site', 'look at the id in the list or in the report'),
  'history.version': input(
    'the history is of another gridrun',
    'build it anew: `gridrun history --rebuild <results folders>`',
  ),
  'history.whose': input('`gridrun history` was asked for no site', 'name one, or give `--rebuild`'),
  'init.answers': input('an answer to `gridrun init` is wrong', AS_HINTED),
  'init.write': input('`gridrun init` could not write a file', 'the message is the system’s own'),
  input: input('several things that were given are wrong', 'each of them is listed'),
  interrupted: {
    blames: 'nobody',
    answer: 'stop',
    meaning: 'stopped by a person before anything was started: exit 130',
    todo: NO_TODO,
  },
  'journal.line': input(
    'a line of the journal is damaged',
    'the file was changed, or is no journal: take another copy',
  ),
  'journal.missing': input('there is no journal in the folder', 'give the results folder of a run'),
  'journal.open': input('the journal can’t be started', 'give another folder with `--out`'),
  'journal.schema': input('the journal is of a newer gridrun', 'read it with that one'),
  'journal.write': reported(
    'runner',
    'the journal can’t be written any more',
    'make room on the disk, then go on with `--resume`',
  ),
  'last-failed.none': input('there are no results of an earlier run', 'run once without `--last-failed`'),
  'last-failed.nothing': input('the last run left nothing unpassed', 'run without `--last-failed`'),
  'local.chrome-mismatch': input(
    'Chrome and chromedriver are of different versions',
    'update both; `GRIDRUN_CHROME` and `GRIDRUN_CHROMEDRIVER` name others',
  ),
  'local.no-chrome': input(
    'there is no Chrome, or no chromedriver, on this machine',
    'install both, or name them with `GRIDRUN_CHROME` and `GRIDRUN_CHROMEDRIVER`',
  ),
  'merge.doubled': reported(
    'runner',
    'a shard is there more than once',
    'leave out the folders that the message names',
  ),
  'merge.empty': reported('runner', 'a folder holds no journal', 'did that shard run, and was its artifact kept?'),
  'merge.folders': input('the folders to merge are wrong', 'give the folders that `--out` of each shard named'),
  'merge.foreign': reported(
    'runner',
    'a shard is of another plan: another list, selection or suite',
    'merge shards of one commit, list and selection',
  ),
  'merge.missing': reported(
    'runner',
    'a shard is missing: its sites are in no report',
    'add its folder, or run it again with the same `--shard`',
  ),
  'merge.nothing': input('none of the folders holds a journal', 'give the folders that `--out` of each shard named'),
  'merge.out': input('the merge would overwrite a shard', 'give another folder with `--out`'),
  'merge.unfinished': reported(
    'runner',
    'a shard did not run to its end',
    'run it again, or go on with it: `--resume`',
  ),
  'merge.unreadable': reported(
    'runner',
    'a journal is damaged in the middle',
    'fetch the artifact again; what follows the damage is in no report',
  ),
  options: input('a flag or a config’s key is wrong', 'each of them is listed, with what would be right'),
  'out.folder': input('the results folder can’t be made', 'give another with `--out`'),
  'out.locked': input('another run is writing into this results folder', 'wait for it, or give another with `--out`'),
  'plan.durations': input(
    'the durations file is missing or holds no durations',
    'give `--durations` the `results.json` of an earlier run',
  ),
  'plan.shard': input('the shard is none', 'write it as `--shard 2/8`'),
  'report.missing': input('there is no report in the folder', 'give the results folder of a run'),
  'report.port': input('the port can’t be had', 'give another `--port`, or none'),
  'reporter.not-a-file': input(
    'a report would replace what is no file',
    'give a path in a folder that is there or can be made',
  ),
  'reporter.unknown': input('there is no such reporter', AS_HINTED),
  'results.none': input('there is no such folder, or no results in it', 'give what `--out` of an earlier run named'),
  'results.unreadable': input(
    '`results.json` is damaged or of another program',
    'remove it where `events.ndjson` lies beside it',
  ),
  'resume.done': input(
    'the unfinished run was finished already',
    'name it to run its rest once more: `--resume <run>`',
  ),
  'resume.none': input('there is no unfinished run', 'run without `--resume`, or name the folder with `--out`'),
  'resume.plan': input(
    'list, suite or selection are not those of the unfinished run',
    'give the same, or start anew without `--resume`',
  ),
  'resume.unknown': input('there is no unfinished run of that name', AS_HINTED),
  'run.set-aside': noted(
    'nobody',
    'the files of an unfinished run were moved to `unfinished/`',
    'go on with it by `--resume`, or leave it',
  ),
  'runner.bug': {
    blames: 'runner',
    answer: 'bug',
    meaning: 'a bug in gridrun: exit 70',
    todo: 'please report it, with its stack',
  },
  'runner.endless-loop': reported(
    'runner',
    'a check held its process without a pause',
    'look for a loop that never ends, or a long computation, at the line that is named',
  ),
  'runner.interrupted': reported('runner', 'the run was stopped while the site was tried', 'go on with `--resume`'),
  'runner.lane': retried(
    'runner',
    'the check files could not be loaded a second time',
    'what a file does when it is imported must work more than once',
  ),
  'runner.no-result': reported(
    'runner',
    'mocha ended without a result for this check',
    'look for `process.exit`, or `done()` called twice; else report it',
  ),
  'runner.state-dir': input(
    'the folder for this machine’s state belongs to another user',
    'remove it, or set `TMPDIR`',
  ),
  'runner.stopped': retried('runner', 'a command was given up because the run was stopped', NO_TODO),
  'runner.unknown': reported('runner', 'errored without a known reason', 'please report it'),
  'runner.worker-died': retried(
    'runner',
    'the process that runs checks died',
    'did a check call `process.exit`, or take all memory? `--lanes-per-worker 1` separates them',
  ),
  'selection.tags': input('no site and no check has this tag', AS_HINTED),
  'session.no-bidi': retried(
    'grid',
    'the session has no websocket, which `--isolation context` needs',
    'run `gridrun doctor --grid <url>`, or give `--isolation wipe`',
  ),
  'session.replace': retried('runner', 'a session is replaced after each site, as `--isolation session` asks', NO_TODO),
  'site.connection-lost': reported(
    'site',
    'the site closed the connection without an answer',
    'try it in a browser; it may refuse robots, or your network’s address',
  ),
  'site.dns': reported(
    'site',
    'the site’s name is not known',
    'correct it in the list; on a grid: does the node’s DNS know it?',
  ),
  'site.no-answer': reported(
    'site',
    'the site did not answer in time',
    'is it up, and does it answer the grid’s network?',
  ),
  'site.redirects': reported('site', 'the site redirects in a circle', 'it may want a cookie; try its final address'),
  'site.refused': reported('site', 'nothing listens at the site’s address', 'is it up? is the port right?'),
  'site.timeout': reported(
    'site',
    'the site was not done in `--site-timeout`',
    'give it `timeoutMs` in the list, or `--site-timeout` more',
  ),
  'site.tls': reported(
    'site',
    'the site’s certificate is not good',
    'mend it, or accept it: `--capabilities \'{"acceptInsecureCerts": true}\'`',
  ),
  'site.unreachable': reported('site', 'the browser could not load the site', 'the message has Chrome’s `net::ERR_…`'),
  'sites.empty': input('the list has no sites in it', 'write a domain or URL on each line'),
  'sites.mistakes': input('the list has mistakes', 'each is named with its line and what would be right'),
  'sites.none': input('no list was given', 'give `--sites`, or `sites` in the config'),
  'sites.none-selected': input('the selection leaves no site', 'look with `--list`, and loosen `--tag` or `--site`'),
  'sites.unmatched': input('a `--site` glob matches no site', 'look at the ids with `--list`'),
  'sites.unreadable': input('the list can’t be read', AS_HINTED),
  'webserver.not-ready': input(
    'the config’s `webServer` did not answer in time',
    'look at its own output; is `webServer.url` right?',
  ),
  'webserver.taken': input('something answers at `webServer.url` already', 'end it, or set `reuseExistingServer`'),
} as const satisfies Readonly<Record<string, CodeMeaning>>;

export type ErrorCode = keyof typeof ERROR_CODES;

declare const NEWER: unique symbol;

/** A code that this version does not have. Only a journal that a newer gridrun wrote holds one. */
type NewerCode = string & { readonly [NEWER]: true };

/** The code of a fault or a notice. The type takes no literal that is not in `ERROR_CODES`, so a typo does not compile. */
export type RecordedCode = ErrorCode | NewerCode;

/** The codes of bad input: the run is refused before it starts. */
export type RefusalCode = {
  [Code in ErrorCode]: (typeof ERROR_CODES)[Code]['answer'] extends 'refuse' ? Code : never;
}[ErrorCode];

/** Whom an error of this code blames. Bad input, and what is nobody's fault, counts as gridrun's own. */
export function blamedBy(code: ErrorCode): Cause {
  const { blames } = ERROR_CODES[code];
  return blames === 'input' || blames === 'nobody' ? 'runner' : blames;
}

/** What gridrun does about an error of this code. A note that is thrown is reported. */
export function answerTo(code: ErrorCode): Answer {
  const { answer } = ERROR_CODES[code];
  return answer === 'note' ? 'report' : answer;
}
