import { input, noted, reported, type Codes } from './code-meaning.ts';

/** Codes of earlier results: baseline, known failures, history, merged shards and reports. */
export const RESULTS_CODES = {
  'baseline.none': input(
    'the baseline folder contains no results',
    'give `--baseline` the results folder of an earlier run, or a folder of such folders',
  ),
  'baseline.shards': input(
    'the baseline contains shards, not whole runs',
    'merge the shards of each run first, with `gridrun merge-reports`',
  ),
  'expectations.expired': noted(
    'nobody',
    'a known failure has passed its last day, so it fails the run again',
    'fix it, or give it a later day',
  ),
  'expectations.file': input('the expectations file could not be read', 'create it with `gridrun expectations update`'),
  'expectations.passed': noted('nobody', 'a known failure passed', 'remove it: `gridrun expectations update`'),
  'expectations.unknown': noted(
    'nobody',
    'a known failure names a site or a check that does not exist',
    'correct it or remove it',
  ),
  'expectations.wrong': input('the expectations file contains mistakes', 'fix each one that the message lists'),
  'history.broken': input('the history file is damaged', 'rebuild it: `gridrun history --rebuild <results folders>`'),
  'history.file': reported(
    'runner',
    'the history file could not be used',
    'follow the message, which is the operating system’s own: often missing rights or a full disk',
  ),
  'history.other': input('the file is another program’s database', 'choose another `--out`'),
  'history.run': input('the journal has no first line, so its run is unknown', 'leave that folder out of `--rebuild`'),
  'history.site': input('the history does not contain this site', 'look up its id in the list or in the report'),
  'history.version': input(
    'the history was written by another version of gridrun',
    'rebuild it: `gridrun history --rebuild <results folders>`',
  ),
  'history.whose': input('`gridrun history` was called without a site', 'name a site, or use `--rebuild`'),
  'last-failed.none': input('there are no results of an earlier run', 'run once without `--last-failed`'),
  'last-failed.nothing': input('every site of the list passed in the last run', 'run without `--last-failed`'),
  'merge.doubled': reported(
    'runner',
    'a shard is present more than once',
    'leave out the folders that the message names',
  ),
  'merge.empty': reported(
    'runner',
    'a folder contains no journal',
    'check that the shard ran, and that its artifact was kept',
  ),
  'merge.folders': input('the folders to merge are not valid', 'give the folders that each shard had as `--out`'),
  'merge.foreign': reported(
    'runner',
    'a shard belongs to another plan: another list, selection or suite',
    'merge shards of the same commit, list and selection',
  ),
  'merge.missing': reported(
    'runner',
    'a shard is missing, so its sites are in no report',
    'add its folder, or run it again with the same `--shard`',
  ),
  'merge.nothing': input('none of the folders contains a journal', 'give the folders that each shard had as `--out`'),
  'merge.out': input('the merge would overwrite a shard', 'choose another folder with `--out`'),
  'merge.unfinished': reported('runner', 'a shard did not finish', 'run it again, or continue it with `--resume`'),
  'merge.unreadable': reported(
    'runner',
    'a journal is damaged in the middle',
    'download the artifact again; what follows the damage is in no report',
  ),
  'report.missing': input('the folder contains no report', 'give the results folder of a run'),
  'report.port': input('the port is not available', 'choose another `--port`, or leave it out'),
  'results.none': input(
    'the folder does not exist, or contains no results',
    'give the folder that an earlier run had as `--out`',
  ),
  'results.unreadable': input(
    '`results.json` is damaged, or was written by another program',
    'if `events.ndjson` is in the same folder, delete `results.json`',
  ),
} as const satisfies Codes;
