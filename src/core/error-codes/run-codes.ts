import { input, NO_TODO, noted, reported, retried, stopped, type CodeMeaning, type Codes } from './code-meaning.ts';

const bug: CodeMeaning = {
  blames: 'runner',
  answer: 'bug',
  meaning: 'a bug in gridrun: exit 70',
  todo: 'please report it, with its stack',
};

/** Codes of a run itself: gridrun's own processes, the results folder, the journal, and runs that are resumed. */
export const RUN_CODES = {
  'evidence.disk-full': reported(
    'runner',
    'the disk had no room for a file that a check attached',
    'free space on the disk, then continue with `--resume`, which tries these sites again',
  ),
  'evidence.held-session': retried(
    'runner',
    'a picture or the source of the page never came, and its session did nothing more, so the site is repeated without it',
    'nothing; to take none from the start, pass `--evidence none`',
  ),
  'evidence.write': reported(
    'runner',
    'a file that a check attached could not be written',
    'follow the message, which is the operating system’s own',
  ),
  interrupted: stopped('a person stopped the run before anything started: exit 130'),
  'journal.line': input(
    'a line of the journal is damaged',
    'use another copy of the file: this one was changed, or is not a journal',
  ),
  'journal.missing': input('the folder contains no journal', 'pass the results folder of a run'),
  'journal.open': input('the journal could not be created', 'pass another folder with `--out`'),
  'journal.schema': input('the journal was written by a newer gridrun', 'use that version'),
  'journal.unreadable': input(
    'the journal could not be read',
    'follow the message, which is the operating system’s own: it must be a file that you may read',
  ),
  'journal.write': reported(
    'runner',
    'the journal could no longer be written',
    'free space on the disk, then continue with `--resume`',
  ),
  'out.folder': input('the results folder could not be created or written to', 'choose another with `--out`'),
  'out.locked': input(
    'another run is writing to this results folder',
    'wait for it to end, or pass another folder with `--out`',
  ),
  'out.taken-over': noted(
    'nobody',
    'a run on another machine, or in another container, held this results folder and has not renewed its lock for too long, so it counts as ended',
    'nothing; continue its run with `--resume`, or ignore it',
  ),
  'resume.checks': noted(
    'nobody',
    'the check files have changed since the resumed run, and the sites that it has tried keep their verdicts',
    'start a new run without `--resume` if the change matters for them',
  ),
  'resume.damaged': noted(
    'nobody',
    'the journal of the resumed run is damaged, so only the sites before the damage keep their verdicts',
    NO_TODO,
  ),
  'resume.done': input(
    'a later run has already finished the unfinished run',
    'name it to run its rest again: `--resume <run>`',
  ),
  'resume.none': input('there is no unfinished run', 'run without `--resume`, or choose its folder with `--out`'),
  'resume.plan': input(
    'the list, the suite, the selection or the extension differ from those of the unfinished run',
    'use the same ones, or start a new run without `--resume`',
  ),
  'resume.unknown': input('there is no unfinished run of this name', 'use a name that the message lists'),
  'run.control-budget': noted(
    'nobody',
    'the loads for comparing the builds were used up before all failing sites were compared',
    'look at the sites that the build broke first; `--control-run-budget` allows more loads',
  ),
  'run.outage': noted(
    'nobody',
    'the grid or the network was down for some time, and no site could be tried',
    'read in the message what was down, why, and from when to when; if it did not come back, continue with `--resume`',
  ),
  'run.replays': noted(
    'nobody',
    'recorded failures are tried with both builds on the recordings (`--record` and `--control`), or could not be',
    'nothing if they are; if not, follow the message: replays need the Chrome of this machine',
  ),
  'run.set-aside': noted(
    'nobody',
    'gridrun moved the files of an unfinished run to `unfinished/`',
    'continue that run with `--resume`, or ignore it',
  ),
  'runner.bug': bug,
  'runner.endless-loop': reported(
    'check',
    'a check blocked its process, and gridrun ended the process',
    'look for an endless loop or a long computation at the line in the message',
  ),
  'runner.interrupted': reported(
    'runner',
    'the run was stopped while the site was being tried',
    'continue with `--resume`',
  ),
  'runner.lane': retried(
    'runner',
    'the check files could not be loaded again, or define other checks than at their first load',
    'make sure that each file can be imported more than once, and defines the same checks each time: no times or random numbers in titles',
  ),
  'runner.network-down': retried(
    'runner',
    'sites of many domains in a row could not be reached: the network of this machine is down',
    'check the network, the DNS and the proxy of this machine, then continue with `--resume`; if the sites are really gone, use `--outage-sites 0`',
  ),
  'runner.no-reaper': noted(
    'runner',
    'gridrun runs in a container whose first process does not reap: ended processes of browsers stay as zombies until the container ends',
    'start the container with `docker run --init`, or with `init: true` in a compose file',
  ),
  'runner.no-result': reported(
    'runner',
    'mocha ended without a result for this check',
    'look for `process.exit`, or for a second `done()`; otherwise please report it',
  ),
  'runner.shared-process': retried(
    'runner',
    'checks of several sites ran in one process while one of them changed what the process owns, so the site is repeated in a process of its own',
    'nothing; to start with a process per site, pass `--lanes-per-worker 1`',
  ),
  'runner.state-dir': input(
    'gridrun cannot use the folder for the state of this machine: it belongs to another user, or cannot be written',
    'remove it, make room, or set `TMPDIR` to a folder that you can write to',
  ),
  'runner.stopped': retried('runner', 'a command was canceled because the run was stopped', NO_TODO),
  'runner.system': reported(
    'runner',
    'the operating system refused something that gridrun needs: room, rights, memory or open files',
    'follow the message, which is the operating system’s own',
  ),
  'runner.unknown': reported('runner', 'the check errored for an unknown reason', 'please report it'),
  'runner.worker-died': retried(
    'runner',
    'the worker process that ran the checks died',
    'look for `process.exit` or high memory use in a check; `--lanes-per-worker 1` gives each lane its own process',
  ),
} as const satisfies Codes;
