import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';
import type { Subject } from './trial.ts';

const SUITE = `
import assert from 'node:assert/strict';
import { attach, driver, site } from 'gridrun/check';
it('opens', async () => { await driver.get(site.url); attach('seen.txt', site.id); });
it('has a title', async () => { if (site.id.startsWith('bad')) assert.equal(await driver.getTitle(), 'no such title'); });
it('stays', async () => { await driver.getCurrentUrl(); });
`;

/** Runs gridrun once, undisturbed, and gives it with its grid to `work`. */
async function withReference(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  openSessions: () => number,
  work: (subject: Subject) => Promise<void>,
): Promise<void> {
  await using place = await Workplace.with({ 'x.check.mjs': SUITE, 'state/.keep': '', ...files });
  const all = ['x.check.mjs', '--sites', 'sites.json', '--reporter', 'junit', '--reporter', 'html', ...args];
  const reference = 'reference';
  const { code, stdout, stderr } = await place.run([...all, '--out', reference], {
    env: { TMPDIR: `${place.folder}/state` },
  });
  if (code !== 1) throw new Error(`the undisturbed run ended with ${code}\n${stdout}\n${stderr}`);
  const siteCount = (await place.results(reference)).sites.length;
  await work({ place, args: all, reference, exitCode: code, siteCount, openSessions });
}

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index % 4 === 2 ? `bad${index}` : `s${index}`));

/** Ten sites on the stub, three at a time. */
export async function onStub(work: (subject: Subject) => Promise<void>): Promise<void> {
  await using stub = await startStub({ bidi: true, sessionsPerNode: 6, latencyMs: 2 });
  const sites = names(10).map((id) => ({ id, url: `https://${id}.example/` }));
  const args = ['-j', '3', '--chunk-size', '2', '--grid', stub.url];
  await withReference({ 'sites.json': JSON.stringify(sites) }, args, () => stub.sessions().length, work);
}

/** Eight sites in this machine's Chrome, two at a time. */
export async function onChrome(work: (subject: Subject) => Promise<void>): Promise<void> {
  await using server = await startHttpServer((_, response) => response.end('<title>a page</title><p>hello'));
  const sites = names(8).map((id) => ({ id, url: `${server.url}/${id}` }));
  await withReference({ 'sites.json': JSON.stringify(sites) }, ['-j', '2', '--chunk-size', '2'], () => 0, work);
}
