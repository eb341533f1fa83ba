import { input, noted, reported, type Codes } from './code-meaning.ts';

/** Codes of earlier results: baseline, known failures, history, merged shards and reports. */
export const RESULTS_CODES = {
  'baseline.chrome': noted(
    'nobody',
    'the baseline was made with another Chrome, so a difference may be that of the browsers',
    'run with the `--chrome` of the baseline, or make a new baseline',
  ),
  'baseline.none': input(
    'the baseline folder contains no results',
    'pass the results folder of an earlier run to `--baseline`, or a folder of such folders',
  ),
  'baseline.shards': input(
    'the baseline contains shards, not whole runs',
    'merge the shards of each run first, with `gridrun merge-reports`',
  ),
  'compare.shards': input(
    'the two runs are different shards, or one is a shard and the other is not',
    'merge the shards of each run first: `gridrun merge-reports`',
  ),
  'expectations.expired': noted(
    'nobody',
    'a known failure has expired, so it fails the run again',
    'fix it, or set a later date in `until`',
  ),
  'expectations.file': input(
    'gridrun could not read or write the file of known failures',
    'create the file with `gridrun expectations update`',
  ),
  'expectations.passed': noted(
    'nobody',
    'a known failure passed',
    'remove it from the file with `gridrun expectations update`',
  ),
  'expectations.unknown': noted(
    'nobody',
    'the file of known failures names a site or a check that does not exist',
    'correct the entry, or remove it',
  ),
  'expectations.wrong': input('the file of known failures contains mistakes', 'fix each one that the message lists'),
  'history.broken': input('the history file is damaged', 'rebuild it: `gridrun history --rebuild <results folders>`'),
  'history.file': reported(
    'runner',
    'the history file could not be used',
    "follow the message, which is the operating system's own: often missing rights or a full disk",
  ),
  'history.none': input('there is no history in the folder', 'run gridrun first, or pass another folder with `--out`'),
  'history.other': input("the file is another program's database", 'choose another `--out`'),
  'history.run': input('the journal has no first line, so its run is unknown', 'leave that folder out of `--rebuild`'),
  'history.site': input('the history does not contain this site', 'look up its id in the list or in the report'),
  'history.version': input(
    'the history was written by another version of gridrun',
    'rebuild it: `gridrun history --rebuild <results folders>`',
  ),
  'history.whose': input('`gridrun history` was called without a site', 'name a site, or use `--rebuild`'),
  'last-failed.checks': input(
    'the run lacks checks that failed in the last run, so it would not try them again',
    'pass the same check files and filters; to run other checks on these sites, name the sites with `--site`',
  ),
  'last-failed.cut': input(
    'the last run was cut off before it had written its plan, so nobody knows all its sites',
    'run without `--last-failed`',
  ),
  'last-failed.extension': input(
    'the last run had an extension and this run has none, so its failures would not be tried again',
    'pass `--extension` too; to run these sites without the extension, name them with `--site`',
  ),
  'last-failed.none': input('there are no results of an earlier run', 'run once without `--last-failed`'),
  'last-failed.nothing': input('no site of the selection failed in the last run', 'run without `--last-failed`'),
  'merge.doubled': reported(
    'runner',
    'a shard was passed more than once',
    'leave out the other folders, which the message names',
  ),
  'merge.empty': reported(
    'runner',
    'a folder contains no journal',
    'check that the shard ran, and that CI kept its artifact',
  ),
  'merge.folders': input('the folders to merge are not valid', 'pass the `--out` folder of each shard'),
  'merge.foreign': reported(
    'runner',
    'a shard ran another list, selection, durations file, suite or extension, so it was left out',
    'merge shards of the same list, selection, suite and extension',
  ),
  'merge.imports': noted(
    'nobody',
    'shards imported other helper modules, so their checks may not do the same',
    'run all shards on the same commit',
  ),
  'merge.missing': reported(
    'runner',
    'a shard is missing, so its sites are in no report',
    'add its results folder, or rerun it with the same `--shard`',
  ),
  'merge.nothing': input('none of the folders contains a journal', 'pass the `--out` folder of each shard'),
  'merge.out': input('the merge would overwrite a shard', 'pass another folder with `--out`'),
  'merge.rerun': reported(
    'runner',
    'a shard is a rerun with `--last-failed`, so its other sites are in no report',
    'merge the shards before they are rerun: a rerun overwrites the results of its shard',
  ),
  'merge.unfinished': reported(
    'runner',
    'a shard did not finish; the sites it did not reach are reported as not-run',
    'rerun that shard, or resume it with `--resume`',
  ),
  'merge.unreadable': reported(
    'runner',
    'a line in the middle of a journal is damaged, so the reports lack everything after it',
    'download the artifact of that shard again',
  ),
  'recording.unreadable': input(
    'the file is not a recording, or it is damaged',
    'pass a `.har.zip` that a run with `--record` kept',
  ),
  'replay.archive': input(
    'the file or folder to replay does not exist, or holds no recording',
    'pass a results folder of a run with `--record`, or a `.har.zip` of its evidence',
  ),
  'replay.extension': input(
    'the recordings were made with an extension, and the replay has none, so checks with `@extension` are skipped',
    'pass the folder of a build with `--extension`; without `--bisect` this is a warning',
  ),
  'replay.out': input('the results folder of the replay holds its recordings', 'choose another with `--out`'),
  'report.missing': input('the folder contains no report', 'pass the results folder of a run'),
  'report.port': input('gridrun cannot listen on the port', 'pass another port, or leave `--port` out'),
  'results.none': input(
    'the folder does not exist, or contains no results',
    'pass the `--out` folder of an earlier run',
  ),
  'results.unreadable': input(
    '`results.json` is damaged, or was written by another program',
    'if `events.ndjson` is in the same folder, delete `results.json`',
  ),
} as const satisfies Codes;
