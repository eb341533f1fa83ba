import { createInterface } from 'node:readline/promises';
import type { Argv } from 'yargs';
import { refusal } from '../core/fault.ts';
import type { InitAnswers } from '../init/init-project.ts';
import { version } from '../version.ts';
import { strictCommand, switchOption, valueOption, type AddCommand, type ExitWith } from './command.ts';

type Init = typeof import('../init/init-project.ts');

/** `gridrun init`: writes a site list, a check, a config and a CI file that run as they are. */
export function initCommand(exitWith: ExitWith): AddCommand {
  return strictCommand({
    command: 'init',
    describe: 'Create a site list, a check, a config and a CI file; existing files are left as they are',
    builder: initOptions,
    handler: async (argv) => {
      const init = await import('../init/init-project.ts');
      const folder = process.cwd();
      const given = answersGiven(argv, init);
      const defaults = { ...init.DEFAULT_ANSWERS, ci: init.detectCi(folder), ...given };
      const isAsking = argv.yes !== true && process.stdin.isTTY;
      const answers = isAsking ? await ask(defaults, given, init) : defaults;
      if (answers === undefined) {
        process.stderr.write('\ninterrupted: nothing was written\n');
        return exitWith(130);
      }
      const { written, leftAlone } = await init.initProject(folder, answers, version());
      const lines = [
        ...written.map((path) => `wrote ${path}`),
        ...leftAlone.map((path) => `left ${path} as it was`),
        '',
        'next: npx gridrun doctor, then npx gridrun',
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    },
  });
}

function initOptions(yargs: Argv) {
  return yargs
    .option('yes', { ...switchOption('Ask nothing: use the flags and the defaults'), alias: 'y' })
    .option(
      'ci',
      valueOption('name', 'github, gitlab, jenkins, circleci, drone or none', 'the CI that the folder already uses'),
    )
    .option('sites', valueOption('list', 'URLs or domains, separated by commas', 'example.com,example.org'))
    .option('grid', valueOption('local|docker|url', 'Location of the browsers', 'local'))
    .option('shards', valueOption('n', 'Number of parallel CI jobs; each runs a part of the list', '4'))
    .example('$0 init --yes --ci github', 'ask nothing');
}

type InitArguments = Readonly<Record<'sites' | 'grid' | 'ci' | 'shards', string | undefined>>;

function answersGiven({ sites, grid, ci, shards }: InitArguments, init: Init): Partial<InitAnswers> {
  return {
    ...(sites === undefined ? {} : { sites: listOf(sites) }),
    ...(grid === undefined ? {} : { grid }),
    ...(ci === undefined ? {} : { ci: ciOf(ci, init) }),
    ...(shards === undefined ? {} : { shards: Number(shards) }),
  };
}

/** Asks for what no flag gave. Returns undefined if the user leaves (Ctrl-C, Ctrl-D). */
async function ask(defaults: InitAnswers, given: Partial<InitAnswers>, init: Init): Promise<InitAnswers | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  terminal.once('close', () => left.abort());
  const question = async (text: string, byDefault: string): Promise<string> =>
    (await terminal.question(`${text} [${byDefault}] `, { signal: left.signal })).trim() || byDefault;
  try {
    const sites = given.sites ?? listOf(await question('Which sites, separated by commas?', defaults.sites.join(',')));
    const grid =
      given.grid ?? (await question('Where do the browsers run: local, docker, or the URL of a grid?', defaults.grid));
    const ci = given.ci ?? ciOf(await question(`Which CI: ${init.CI_NAMES.join(', ')} or none?`, defaults.ci), init);
    const shards =
      given.shards ??
      (ci === 'none'
        ? defaults.shards
        : Number(await question('How many parallel jobs in CI?', String(defaults.shards))));
    return { sites, grid, ci, shards };
  } catch (error) {
    if (left.signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

function ciOf(text: string, init: Init): InitAnswers['ci'] {
  const known = [...init.CI_NAMES, 'none' as const].find((name) => name === text);
  if (known !== undefined) return known;
  throw refusal('init.answers', 'the answers are not valid', {
    mistakes: [`ci must be ${init.CI_NAMES.join(', ')} or none, not ${JSON.stringify(text)}`],
  });
}
