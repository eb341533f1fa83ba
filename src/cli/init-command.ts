import { createInterface } from 'node:readline/promises';
import type { CommandModule } from 'yargs';
import { refusal } from '../core/fault.ts';
import type { InitAnswers } from '../init/init-project.ts';
import { version } from '../version.ts';
import type { ExitWith } from './run-command.ts';

type Init = typeof import('../init/init-project.ts');

/** `gridrun init`: a site list, a check, a config and a CI file, which run as they stand. */
export function initCommand(exitWith: ExitWith): CommandModule {
  return {
    command: 'init',
    describe: 'Write a site list, a check, a config and a CI file; what is there is left alone',
    builder: (yargs) =>
      yargs
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'Ask nothing' })
        .option('ci', { type: 'string', describe: 'github, gitlab, jenkins, circleci, drone or none' })
        .option('sites', { type: 'string', describe: 'URLs or domains, separated by commas' })
        .option('grid', { type: 'string', describe: 'local, docker, or the URL of a Selenium Grid' })
        .option('shards', { type: 'string', describe: 'In how many parts CI runs the list' })
        .example('$0 init --yes --ci github', 'asks nothing'),
    handler: async (argv) => {
      const init = await import('../init/init-project.ts');
      const folder = process.cwd();
      const given = answersGiven(argv, init);
      const defaults = { ...init.DEFAULT_ANSWERS, ci: init.detectCi(folder), ...given };
      // Where nobody can answer, nobody is asked.
      const answers = argv['yes'] === true || !process.stdin.isTTY ? defaults : await ask(defaults, given, init);
      if (answers === undefined) {
        process.stderr.write('\ninterrupted: nothing was written\n');
        return exitWith(130);
      }
      const { written, leftAlone } = await init.initProject(folder, answers, version());
      const lines = [
        ...written.map((path) => `wrote ${path}`),
        ...leftAlone.map((path) => `left ${path} alone: it was there before`),
        '',
        'next: npx gridrun doctor, then npx gridrun',
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    },
  };
}

function answersGiven(argv: Readonly<Record<string, unknown>>, init: Init): Partial<InitAnswers> {
  const { sites, grid, ci, shards } = argv as Readonly<Record<string, string | undefined>>;
  return {
    ...(sites === undefined ? {} : { sites: listOf(sites) }),
    ...(grid === undefined ? {} : { grid }),
    ...(ci === undefined ? {} : { ci: ciOf(ci, init) }),
    ...(shards === undefined ? {} : { shards: Number(shards) }),
  };
}

/** Asks for what no flag has said; undefined where the person left (Ctrl-C, Ctrl-D). */
async function ask(defaults: InitAnswers, given: Partial<InitAnswers>, init: Init): Promise<InitAnswers | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  terminal.once('close', () => left.abort());
  const question = async (text: string, byDefault: string): Promise<string> =>
    (await terminal.question(`${text} [${byDefault}] `, { signal: left.signal })).trim() || byDefault;
  try {
    const sites = given.sites ?? listOf(await question('Which sites, separated by commas?', defaults.sites.join(',')));
    const grid =
      given.grid ?? (await question('Where are the browsers: local, docker, or the URL of a grid?', defaults.grid));
    const ci = given.ci ?? ciOf(await question(`Which CI: ${init.CI_NAMES.join(', ')} or none?`, defaults.ci), init);
    const shards =
      given.shards ??
      (ci === 'none'
        ? defaults.shards
        : Number(await question('In how many parts does CI run the list?', String(defaults.shards))));
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
  throw refusal('init.answers', 'the answers are wrong', {
    mistakes: [`ci: wants ${init.CI_NAMES.join(', ')} or none, not ${JSON.stringify(text)}`],
  });
}
