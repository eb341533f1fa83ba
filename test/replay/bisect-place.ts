import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packArchive } from '../../src/recording/write-archive.ts';
import { manifestWith } from '../extension/probe-extension.ts';
import { sampleRecording } from '../recording/sample-recording.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const SITE = 'https://shop.test/login';

const CHECK = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('keeps the password field', async () => {
  await driver.get(site.url);
  assert.equal((await driver.findElements({ css: '[type=password]' })).length, 1);
});`;

/** What a bisection found. */
export interface Bisected {
  /** The message of the first bad commit, by git. */
  readonly culprit: string;
  /** How many commits were tried. */
  readonly steps: number;
  readonly output: string;
}

/**
 * Makes a repository of an extension in which one commit breaks a recorded site, and has `git bisect run gridrun replay` find it.
 * No server runs.
 * @param commits how many commits there are after the first, good one
 * @param planted which of them breaks it, from 1
 * @param unloadable a commit with a manifest that does not load, which the bisection must skip
 */
export async function bisect(
  folder: string,
  {
    commits,
    planted,
    unloadable,
  }: { readonly commits: number; readonly planted: number; readonly unloadable?: number },
): Promise<Bisected> {
  const git = async (...args: string[]): Promise<string> => {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t.test', '-c', 'init.defaultBranch=main'];
    return (await promisify(execFile)('git', [...identity, ...args], { cwd: folder, maxBuffer: 1 << 24 })).stdout;
  };
  await git('init', '--quiet');
  await writeRecording(join(folder, 'shop.har.zip'));
  await writeFile(join(folder, 'login.check.mjs'), CHECK);
  await writeFile(join(folder, '.gitignore'), '*.zip\n*.mjs\ngridrun-replay\n');
  await mkdir(join(folder, 'dist'));
  for (let number = 0; number <= commits; number++) {
    const manifest = manifestWith({ content_scripts: [{ matches: ['https://*/*'], js: ['content.js'] }] });
    const text = number === unloadable ? '{' : JSON.stringify({ ...manifest, version: `1.${number}` });
    await writeFile(join(folder, 'dist/manifest.json'), text);
    const breaks = number >= planted ? 'document.querySelector("[type=password]")?.remove();' : '';
    await writeFile(join(folder, 'dist/content.js'), `${breaks}\n// ${number}\n`);
    await git('add', '.');
    await git('commit', '--quiet', '--message', `change ${number}`);
  }
  await git('bisect', 'start', 'HEAD', `HEAD~${commits}`);
  const replay = [process.execPath, '--conditions=gridrun-source', MAIN, 'replay', 'shop.har.zip', 'login.check.mjs'];
  const output = await git(
    'bisect',
    'run',
    ...replay,
    '--extension',
    'dist',
    '--evidence',
    'none',
    '-j',
    '1',
    '--bisect',
  );
  const culprit = await git('log', '-1', '--format=%s', 'refs/bisect/bad');
  return { culprit: culprit.trim(), steps: output.match(/^gridrun .*: 1 site × 1 check/gm)?.length ?? 0, output };
}

async function writeRecording(path: string): Promise<void> {
  const { log, bodies } = sampleRecording([
    {
      url: SITE,
      body: '<!doctype html><title>Shop</title><form><input name=user><input type=password name=pass></form>',
    },
  ]);
  await writeFile(path, await packArchive({ log: { ...log, _gridrun: { ...log._gridrun, url: SITE } }, bodies }));
}
