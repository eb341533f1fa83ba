import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusal } from '../core/fault.ts';
import { circleciFile } from './circleci-file.ts';
import { droneFile } from './drone-file.ts';
import { githubFile } from './github-file.ts';
import { gitlabFile } from './gitlab-file.ts';
import { jenkinsFile } from './jenkins-file.ts';
import { CI_NAMES, type CiName, type CiOrder, type ProjectFile } from './project-file.ts';

export { CI_NAMES, type CiName };

/** What to write into a new project. */
export interface InitAnswers {
  /** URLs or domains. */
  readonly sites: readonly string[];
  /** `local`, `docker`, or a URL. */
  readonly grid: string;
  readonly ci: CiName | 'none';
  readonly shards: number;
}

export interface InitResult {
  /** The files that were written, relative to the project. */
  readonly written: readonly string[];
  /** The files that existed and were not changed. */
  readonly leftAlone: readonly string[];
}

export const DEFAULT_ANSWERS: InitAnswers = {
  sites: ['example.com', 'example.org'],
  grid: 'local',
  ci: 'none',
  shards: 4,
};

const CI_FILES: Readonly<Record<CiName, (order: CiOrder) => ProjectFile>> = {
  github: githubFile,
  gitlab: gitlabFile,
  jenkins: jenkinsFile,
  circleci: circleciFile,
  drone: droneFile,
};

/** The CI server that a project uses already, judged by its files. */
export function detectCi(folder: string): CiName | 'none' {
  const signs: readonly (readonly [string, CiName])[] = [
    ['.github', 'github'],
    ['.gitlab-ci.yml', 'gitlab'],
    ['.circleci', 'circleci'],
    ['Jenkinsfile', 'jenkins'],
    ['.drone.yml', 'drone'],
  ];
  return signs.find(([path]) => existsSync(join(folder, path)))?.[1] ?? 'none';
}

/**
 * Writes a project that runs as it is: a site list, a check, a config and a CI file. Existing files are not changed.
 * @throws GridrunError if an answer is not valid or a file cannot be written
 */
export async function initProject(folder: string, answers: InitAnswers, version: string): Promise<InitResult> {
  refuseWrong(answers);
  const written: string[] = [];
  const leftAlone: string[] = [];
  for (const { path, content } of filesOf(folder, answers, version)) {
    const list = (await writeNew(join(folder, path), content)) ? written : leftAlone;
    list.push(path);
  }
  return { written, leftAlone };
}

function refuseWrong({ sites, grid, shards }: InitAnswers): void {
  const mistakes = [
    ...(sites.length === 0 ? ['sites must have at least one URL or domain'] : []),
    ...sites
      .filter((site) => !URL.canParse(site.includes('://') ? site : `https://${site}`))
      .map((site) => `sites: ${JSON.stringify(site)} is neither a URL nor a domain`),
    ...(['local', 'docker'].includes(grid) || URL.canParse(grid)
      ? []
      : [`grid: ${JSON.stringify(grid)} is neither local nor docker nor a URL`]),
    ...(URL.canParse(grid) && new URL(grid).password !== ''
      ? ['grid: do not put a password into a file; set the URL in CI as SELENIUM_REMOTE_URL']
      : []),
    ...(Number.isInteger(shards) && shards >= 1 && shards <= 256
      ? []
      : ['shards must be a whole number from 1 to 256']),
  ];
  if (mistakes.length > 0) throw refusal('init.answers', 'the answers are not valid', { mistakes });
}

function filesOf(folder: string, { sites, grid, ci, shards }: InitAnswers, version: string): ProjectFile[] {
  // A project with a package.json depends on gridrun. Otherwise npx fetches the version that wrote the file.
  const hasPackage = existsSync(join(folder, 'package.json'));
  const order = {
    shards,
    gridrun: hasPackage ? 'npx gridrun' : `npx --yes gridrun@${version}`,
    install: hasPackage ? 'npm ci' : '',
  };
  return [
    { path: 'sites.json', content: `${JSON.stringify(sites, undefined, 2)}\n` },
    { path: 'checks/page.check.ts', content: CHECK },
    { path: 'gridrun.config.ts', content: configText(grid) },
    { path: '.gitignore', content: 'node_modules/\ngridrun-results/\nshards/\n' },
    ...(ci === 'none' ? [] : [CI_FILES[ci](order)]),
  ];
}

const CHECK = `import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';

// This suite runs once for each site in sites.json. Nothing of earlier sites is left in the browser.
describe('page', () => {
  beforeEach(async () => {
    await driver.get(site.url);
  });

  it('has a title', async () => {
    assert.notEqual(await driver.getTitle(), '', 'the page has no title');
  });
});
`;

function configText(grid: string): string {
  return `import { defineConfig } from 'gridrun';

// Every flag of gridrun is a key here, in camel case. gridrun --help lists them.
export default defineConfig({
  sites: 'sites.json',
${grid === 'local' ? '' : `  grid: ${JSON.stringify(grid)},\n`}  retries: 1,
});
`;
}

/** Writes a file, and never overwrites one. Returns false if it exists. */
async function writeNew(path: string, content: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw refusal('init.write', `cannot write ${path}: ${(error as Error).message}`, {
      hint: 'check the rights of the folder and the space on the disk',
    });
  }
}
