import * as z from 'zod';
import { REPORTER_NAMES } from '../core/reporter-names.ts';

/** How a flag or config key is read, and how `--help` and the mistakes speak of it. */
export interface Setting {
  /** The flag without its dashes. The config's key is the same word in camel case. */
  readonly flag: string;
  readonly alias?: string;
  /** What stands behind the flag in the help; none for a switch. */
  readonly value?: string;
  readonly describe: string;
  /** The default as a person reads it. */
  readonly byDefault: string;
  readonly group: string;
  /** May be given several times; a comma separates too. */
  readonly list?: boolean;
  /** What a mistake says would be right. */
  readonly wants: string;
  readonly schema: z.ZodType;
}

const whole = (least: number): z.ZodType<number> =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().int().min(least));
const wholeOrAuto = z.union([z.literal('auto'), whole(1)]);
const text = z.string().min(1);
const list = z
  .union([text, z.array(text)])
  .transform((given) => (Array.isArray(given) ? given : [given]).flatMap((entry) => entry.split(',')).filter(Boolean));
const texts = z.union([text, z.array(text)]).transform((given) => (Array.isArray(given) ? given : [given]));
const regex = text.refine(isRegex);
const flag = z.boolean();
const record = z.union([z.record(z.string(), z.unknown()), text]);

const SHARD = /^(\d+)\/(\d+)$/;
const shard = text
  .regex(SHARD)
  .transform((given) => {
    const [, index, total] = SHARD.exec(given) ?? [];
    return { index: Number(index), total: Number(total) };
  })
  .refine(({ index, total }) => index >= 1 && index <= total);

const NODES = /^(\d+)(?:\.\.(\d+))?$/;
const nodeRange = z
  .union([z.number().int().transform(String), text])
  .pipe(text.regex(NODES))
  .transform((given) => {
    const [, min, max = min] = NODES.exec(given) ?? [];
    return { min: Number(min), max: Number(max) };
  })
  .refine(({ min, max }) => min >= 1 && min <= max);

const gridChoice = z.union([z.enum(['local', 'docker']), z.url({ protocol: /^https?$/ })]);

/** Every setting of a run, in the order of `--help`. The one table that flags, config, help and docs are made from. */
export const SETTINGS = [
  {
    flag: 'sites',
    value: 'file|url|-',
    group: 'What to run',
    wants: 'a file, a URL, or - for standard input',
    schema: text,
    byDefault: 'from the config',
    describe: "The site list: JSON, NDJSON, YAML, CSV, Tranco's rank,domain, or text with # comments",
  },
  {
    flag: 'grep',
    alias: 'g',
    value: 'regex',
    group: 'What to run',
    wants: 'a regular expression',
    schema: regex,
    byDefault: 'all checks',
    describe: 'Only checks whose full title matches',
  },
  {
    flag: 'grep-invert',
    value: 'regex',
    group: 'What to run',
    wants: 'a regular expression',
    schema: regex,
    byDefault: 'none',
    describe: 'Only checks whose full title does not match',
  },
  {
    flag: 'tag',
    value: 'tag',
    group: 'What to run',
    wants: 'tags, separated by commas',
    schema: list,
    list: true,
    byDefault: 'all',
    describe: 'Only sites, and checks titled @tag, that have one of these tags',
  },
  {
    flag: 'site',
    value: 'glob',
    group: 'What to run',
    wants: 'globs of site ids or hosts',
    schema: list,
    list: true,
    byDefault: 'all',
    describe: 'Only sites whose id or host matches one of these globs',
  },
  {
    flag: 'shard',
    value: 'i/n',
    group: 'What to run',
    wants: 'i/n with i from 1 to n, as in 2/8',
    schema: shard,
    byDefault: '1/1',
    describe: 'Only the i-th of n parts of the list; hosts stay whole',
  },
  {
    flag: 'last-failed',
    group: 'What to run',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'Only the sites that were not passed in the last run',
  },
  {
    flag: 'resume',
    value: 'run',
    group: 'What to run',
    wants: 'the name of an unfinished run, or nothing',
    schema: z.string(),
    byDefault: 'off',
    describe: 'Go on with an unfinished run; with the newest one where none is named',
  },
  {
    flag: 'forbid-only',
    group: 'What to run',
    wants: 'true or false',
    schema: flag,
    byDefault: 'on in CI',
    describe: 'Refuse a suite that has .only in it',
  },
  {
    flag: 'list',
    group: 'What to run',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'Print the plan and start nothing',
  },
  {
    flag: 'grid',
    value: 'local|docker|url',
    group: 'Where to run',
    wants: 'local, docker, or the http(s) URL of a WebDriver endpoint',
    schema: gridChoice,
    byDefault: '$SELENIUM_REMOTE_URL, else local',
    describe: 'Where the browsers are: the Chrome of this machine, containers, or a Selenium Grid',
  },
  {
    flag: 'sessions',
    alias: 'j',
    value: 'n|auto',
    group: 'Where to run',
    wants: 'a whole number from 1, or auto',
    schema: wholeOrAuto,
    byDefault: 'auto',
    describe: 'Most sessions at once; auto: the cores of this machine, or the free slots of the grid and one waiting',
  },
  {
    flag: 'nodes',
    value: 'n|min..max',
    group: 'Where to run',
    wants: 'a whole number from 1, or two of them as in 1..6',
    schema: nodeRange,
    byDefault: '2',
    describe: 'Nodes of a grid made for this run by --grid docker; between two numbers they follow the work',
  },
  {
    flag: 'sessions-per-node',
    value: 'n|auto',
    group: 'Where to run',
    wants: 'a whole number from 1, or auto',
    schema: wholeOrAuto,
    byDefault: 'auto',
    describe: 'Most sessions of such a node; auto: as many over all nodes as there are cores',
  },
  {
    flag: 'grid-name',
    value: 'name',
    group: 'Where to run',
    wants: 'the name of a grid',
    schema: text,
    byDefault: 'gridrun',
    describe: 'The grid that --grid docker uses where it is up',
  },
  {
    flag: 'image',
    value: 'ref',
    group: 'Where to run',
    wants: 'the name of an image',
    schema: text,
    byDefault: 'gridrun’s own, built from Dockerfile.node',
    describe: 'Image of the nodes of --grid docker',
  },
  {
    flag: 'hub-image',
    value: 'ref',
    group: 'Where to run',
    wants: 'the name of an image',
    schema: text,
    byDefault: 'as --image where that is gridrun’s own',
    describe: 'Image of the hub of --grid docker',
  },
  {
    flag: 'headed',
    group: 'Where to run',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: "Show the browsers' windows",
  },
  {
    flag: 'capabilities',
    value: 'json|file',
    group: 'Where to run',
    wants: 'a JSON object, or a file that holds one',
    schema: record,
    byDefault: 'none',
    describe: 'W3C capabilities to add to those that gridrun asks for',
  },
  {
    flag: 'chunk-size',
    value: 'n|auto',
    group: 'How to run',
    wants: 'a whole number from 1, or auto',
    schema: wholeOrAuto,
    byDefault: 'auto',
    describe: 'Most sites in a work unit; auto: large units first, small ones at the end',
  },
  {
    flag: 'per-host',
    value: 'n',
    group: 'How to run',
    wants: 'a whole number from 0 (no limit)',
    schema: whole(0),
    byDefault: '1',
    describe: 'Most sites of one host at once; loopback and private addresses are free',
  },
  {
    flag: 'per-domain',
    value: 'n',
    group: 'How to run',
    wants: 'a whole number from 0 (no limit)',
    schema: whole(0),
    byDefault: 'no limit',
    describe: 'Most sites of one registrable domain at once',
  },
  {
    flag: 'isolation',
    value: 'wipe|session|context',
    group: 'How to run',
    wants: 'wipe, session or context',
    schema: z.enum(['wipe', 'session', 'context']),
    byDefault: 'wipe',
    describe: 'What separates two sites of a session: its data wiped, a new session, or a new browser context',
  },
  {
    flag: 'lanes-per-worker',
    value: 'n',
    group: 'How to run',
    wants: 'a whole number from 0 (spread over the cores)',
    schema: whole(0),
    byDefault: 'spread over one process a core',
    describe: 'Most lanes in one worker; 1 separates them fully',
  },
  {
    flag: 'durations',
    value: 'file',
    group: 'How to run',
    wants: 'a results.json, or a map of site ids to ms',
    schema: text,
    byDefault: 'the last results.json under --out; with --shard none',
    describe: 'Durations of an earlier run, to plan by',
  },
  {
    flag: 'retries',
    value: 'n',
    group: 'Limits',
    wants: 'a whole number from 0',
    schema: whole(0),
    byDefault: '0',
    describe: 'More attempts for a site of which a check failed',
  },
  {
    flag: 'infra-retries',
    value: 'n',
    group: 'Limits',
    wants: 'a whole number from 0',
    schema: whole(0),
    byDefault: '2',
    describe: 'More attempts after a fault of browser, grid or runner',
  },
  {
    flag: 'timeout',
    value: 'ms',
    group: 'Limits',
    wants: 'ms, a whole number from 0 (no limit)',
    schema: whole(0),
    byDefault: '30000',
    describe: 'The limit of one check, as mocha has it',
  },
  {
    flag: 'site-timeout',
    value: 'ms',
    group: 'Limits',
    wants: 'ms, a whole number from 1',
    schema: whole(1),
    byDefault: '120000',
    describe: 'The limit of one attempt at a site',
  },
  {
    flag: 'global-timeout',
    value: 'ms',
    group: 'Limits',
    wants: 'ms, a whole number from 0 (no limit)',
    schema: whole(0),
    byDefault: 'no limit',
    describe: 'The limit of the run; what is not done by then is not-run',
  },
  {
    flag: 'bail',
    alias: 'x',
    group: 'Limits',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'Start no new site after the first that failed',
  },
  {
    flag: 'max-failures',
    value: 'n',
    group: 'Limits',
    wants: 'a whole number from 0 (no limit)',
    schema: whole(0),
    byDefault: 'no limit',
    describe: 'Start no new site after so many failed',
  },
  {
    flag: 'fail-on-flaky',
    group: 'Limits',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'A flaky site fails the run',
  },
  {
    flag: 'extension',
    value: 'dir|zip|crx',
    group: 'Extension',
    wants: 'a folder, a zip or a crx',
    schema: text,
    byDefault: 'none',
    describe: 'An MV3 extension to put into every session, on any grid',
  },
  {
    flag: 'control',
    value: 'none|dir|zip|crx',
    group: 'Extension',
    wants: 'none, a folder, a zip or a crx',
    schema: text,
    byDefault: 'off',
    describe: 'What answers a failure of the extension on the same site: no extension, or another build',
  },
  {
    flag: 'control-all',
    group: 'Extension',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'The control tries every site, in random order with the extension, for a release decision',
  },
  {
    flag: 'fail-on-extension-errors',
    group: 'Extension',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'An error that the extension throws fails the site',
  },
  {
    flag: 'baseline',
    value: 'dir',
    group: 'What counts',
    wants: 'a results folder, or one that holds several',
    schema: text,
    byDefault: 'none',
    describe: 'Results of an earlier run: only what is new fails this one',
  },
  {
    flag: 'baseline-nights',
    value: 'n',
    group: 'What counts',
    wants: 'a whole number from 1',
    schema: whole(1),
    byDefault: '1',
    describe: 'The newest n runs under --baseline: what failed in any of them is not new',
  },
  {
    flag: 'expectations',
    value: 'file',
    group: 'What counts',
    wants: 'a YAML or JSON file',
    schema: text,
    byDefault: 'none',
    describe: 'Known failures, each with a reason, an owner and a last day: they do not fail the run',
  },
  {
    flag: 'evidence',
    value: 'all|failures|none',
    group: 'Results',
    wants: 'all, failures or none',
    schema: z.enum(['all', 'failures', 'none']),
    byDefault: 'failures',
    describe: 'Of which checks a screenshot, the page, its console, its requests and the extension’s log are kept',
  },
  {
    flag: 'trace',
    group: 'Results',
    wants: 'true or false',
    schema: flag,
    byDefault: 'off',
    describe: 'A film strip with that evidence: a small picture after each navigation and each command that acts',
  },
  {
    flag: 'reporter',
    value: 'name[=path]',
    group: 'Results',
    wants: `${REPORTER_NAMES.join(', ')}; with =path where it should go to a file`,
    schema: list,
    list: true,
    byDefault: 'list',
    describe: 'What to print; junit.xml and results.json are always written',
  },
  {
    flag: 'out',
    value: 'dir',
    group: 'Results',
    wants: 'a folder',
    schema: text,
    byDefault: 'gridrun-results',
    describe: 'The results folder',
  },
] as const satisfies readonly Setting[];

/** Keys that only a config has. */
export const CONFIG_ONLY = {
  checks: { wants: 'globs of check files', schema: texts },
  setup: { wants: 'modules with mochaHooks or mochaGlobalSetup', schema: texts },
  webServer: {
    wants: '{command, url} and, if needed, cwd, env, timeout (ms) and reuseExistingServer',
    schema: z.strictObject({
      command: text,
      url: z.url(),
      cwd: text.optional(),
      env: z.record(z.string(), z.string()).optional(),
      timeout: z.number().int().positive().optional(),
      reuseExistingServer: z.boolean().optional(),
    }),
  },
} as const;

/** `grep-invert` → `grepInvert` */
export function configKey(flagName: string): string {
  return flagName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function isRegex(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
