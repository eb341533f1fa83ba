import { startStub, type Stub, type StubOptions } from '../stub/webdriver-stub.ts';
import { Workplace } from './command.ts';

const NAME = 'stub-build';

/** A stub hub in whose sessions the extension of `withBuild` can be loaded. Needs `stop()`. */
export async function startStubForBuild(options: StubOptions = {}): Promise<Stub> {
  return await startStub({ ...options, bidi: true, extension: { name: NAME, version: '1.0' } });
}

/** A workplace with a build in `build/`. It does nothing; checks can ask `extension.loaded` and act for it. */
export async function withBuild(files: Readonly<Record<string, string>>): Promise<Workplace> {
  const manifest = { manifest_version: 3, name: NAME, version: '1.0' };
  return await Workplace.with({ 'build/manifest.json': JSON.stringify(manifest), ...files });
}

/** A check file whose one check fails where `fails` is true: an expression over `site`, `extension` and `load`, the number of loads of this site so far. */
export function failingIf(fails: string): string {
  return `
import { appendFileSync, readFileSync } from 'node:fs';
import { driver, extension, site } from 'gridrun/check';
it('works', async () => {
  await driver.get(site.url);
  appendFileSync('loads-' + site.id, '.');
  const load = readFileSync('loads-' + site.id, 'utf8').length;
  if (${fails}) throw new Error('it does not work, load ' + load);
});
`;
}
