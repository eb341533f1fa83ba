import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findChrome } from '../src/grid/find-chrome.ts';
import { thisMachine } from './debian-packages.ts';
import { setUpMachine, type Need } from './machine-setup.ts';

const chrome: Need = {
  what: 'Chrome with its driver',
  packages: ['chromium', 'chromium-driver'],
  async lacking() {
    return await findChrome().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  },
};

const shell: Need = {
  what: 'the headless shell of Chrome, for the tests of --chrome shell,',
  packages: ['chromium-headless-shell'],
  optional: true,
  async lacking() {
    return await findChrome({ kind: 'shell' }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  },
};

const java: Need = {
  what: 'Java, for the tests on a real Selenium Grid,',
  packages: ['openjdk-17-jre-headless'],
  async lacking() {
    // Only look for Java. Starting a JVM would take longer than the rest of this script.
    const programs = (process.env['PATH'] ?? '')
      .split(delimiter)
      .map((folder) => join(folder, process.platform === 'win32' ? 'java.exe' : 'java'));
    return await Promise.any(programs.map((path) => access(path, constants.X_OK))).then(
      () => undefined,
      () => 'install Java 17 or newer',
    );
  },
};

const forTests = process.argv.includes('--java');
// A run on a remote grid needs nothing on this machine, but the tests always need a browser here.
const remote = !forTests && (process.env['SELENIUM_REMOTE_URL'] ?? '') !== '';
if (!remote)
  await setUpMachine(forTests ? [chrome, shell, java] : [chrome], thisMachine, (line) => console.error(line));
