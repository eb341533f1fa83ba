import type { SiteResult } from '../../src/results/results-json.ts';
import { Workplace } from '../support/command.ts';
import type { Build } from './builds.ts';
import type { Page } from './noisy-corpus.ts';

/** Captured pages refer to hosts that must not be reached: their references fail at once. */
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE localhost , EXCLUDE 127.0.0.1';

const CHECKS = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
const field = () => driver.executeScript((index) => {
  const found = document.querySelectorAll('input')[index];
  return found === undefined ? null : { type: found.type, isShown: found.checkVisibility(), hasName: Boolean(found.name) };
}, site.data.password);
describe('a login page', () => {
  it('shows its password field', async () => {
    await driver.get(site.url);
    await driver.wait(() => driver.executeScript('return document.documentElement.dataset.marked === "yes"'), 2000, 'the extension has not marked the page');
    const { type, isShown, hasName } = await field();
    assert.deepEqual({ type, isShown }, { type: 'password', isShown: true });
    if (process.env.FACTS) {
      const language = await driver.executeScript('return document.documentElement.lang');
      await driver.executeScript('return fetch("/facts", { method: "POST", body: arguments[0] }).then(() => true)', JSON.stringify({ language, hasName }));
    }
  });
  it('is sent', async () => {
    const sent = await driver.executeScript((index) => {
      const { form } = document.querySelectorAll('input')[index];
      if (form === null) return 'no form';
      form.noValidate = true;
      let prevented;
      addEventListener('submit', (event) => { prevented = event.defaultPrevented; event.preventDefault(); }, { once: true });
      HTMLFormElement.prototype.requestSubmit.call(form);
      return { prevented, app: document.documentElement.dataset.app };
    }, site.data.password);
    assert.deepEqual(sent, { prevented: false, app: 'ready' });
  });
});`;

interface Sweep {
  readonly subject: Build;
  readonly well: Build;
  readonly env?: Readonly<Record<string, string>>;
  /** The value of --record. */
  readonly record?: string;
}

/** Sweeps pages with a build against the build that breaks nothing. Returns the sites of results.json. */
export async function sweep(
  pages: readonly Page[],
  { subject, well, env = {}, record = 'off' }: Sweep,
): Promise<readonly SiteResult[]> {
  await using place = await Workplace.with({
    'sites.json': JSON.stringify(pages.map(({ id, url, password }) => ({ id, url, data: { password } }))),
    'checks/login.check.mjs': CHECKS,
    'gridrun.config.json': JSON.stringify({ capabilities: { 'goog:chromeOptions': { args: [OFFLINE] } } }),
    ...inFolder('subject', subject),
    ...inFolder('well', well),
  });
  const limits = ['--timeout', '5000', '--site-timeout', '15000'];
  const arms = ['--extension', 'subject', '--control', 'well'];
  const flags = ['--sites', 'sites.json', '-j', '2', '--evidence', 'none', '--record', record, ...arms, ...limits];
  const { code, stdout, stderr } = await place.run(flags, { env });
  if (code === null || ![0, 1, 3].includes(code)) throw new Error(`exit code ${code}\n${stdout}${stderr}`);
  return (await place.results()).sites;
}

function inFolder(folder: string, { files }: Build): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}
