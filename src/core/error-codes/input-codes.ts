import { AS_HINTED, input, noted, reported, type Codes } from './code-meaning.ts';

/** Codes of what gridrun is given: flags, config, site list, selection, plan and reporters. */
export const INPUT_CODES = {
  'config.missing': input('the file of `--config` does not exist', 'correct the path'),
  'config.shape': input('the config does not export an object', 'write `export default defineConfig({ … })`'),
  'config.unreadable': input('the config could not be loaded', 'fix the error in the message'),
  'doctor.disk': reported(
    'runner',
    'the disk of the results folder could not be checked',
    'pass another folder with `--out`',
  ),
  'init.answers': input('an answer to `gridrun init` is not valid', AS_HINTED),
  'init.write': input(
    '`gridrun init` could not write a file',
    "follow the message, which is the operating system's own",
  ),
  input: input('several inputs are invalid', 'fix each input that the message lists'),
  options: input('a flag or a key of the config is not valid', 'fix each one that the message lists'),
  'plan.durations': input(
    'the durations file does not exist, or contains no durations',
    'pass the `results.json` of an earlier run to `--durations`',
  ),
  'plan.shard': input('the shard is not valid', 'write it as `--shard 2/8`'),
  'reporter.not-a-file': input(
    'the path of a report is not a file',
    'pass a path in a folder that exists or that gridrun can create',
  ),
  'reporter.unknown': input('there is no reporter of this name', AS_HINTED),
  'selection.tags': input('no site and no check has this tag', AS_HINTED),
  'sites.duplicates': noted(
    'nobody',
    'the list has an entry more than once',
    'remove it, or give one of them its own `id`',
  ),
  'sites.empty': input('the list contains no sites', 'write one domain or URL on each line'),
  'sites.mistakes': input('the list contains mistakes', 'fix each one that the message lists with its line'),
  'sites.none': input('no list was given', 'pass `--sites`, or set `sites` in the config'),
  'sites.none-selected': input(
    'the selection leaves no site',
    'see what it selects with `--list`, then loosen `--tag` or `--site`',
  ),
  'sites.unmatched': input('a `--site` glob matches no site', 'list the ids with `--list`'),
  'sites.unreadable': input('the list could not be read', AS_HINTED),
  'webserver.not-ready': input(
    'the `webServer` of the config did not answer in time',
    "check `webServer.url`, and read the server's output",
  ),
  'webserver.taken': input(
    'another program already answers at `webServer.url`',
    'end it, or set `reuseExistingServer`',
  ),
} as const satisfies Codes;
