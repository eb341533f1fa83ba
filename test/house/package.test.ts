import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { missing } from '../support/machine.ts';
import { HouseCopy } from './house-copy.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const CHECK = `import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';

describe('page', () => {
  it('has its title', async () => {
    await driver.get(site.url);
    assert.equal(await driver.getTitle(), 'Packed');
  });
});
`;

/** Where the packed package is installed, and nothing else is. */
const folder = mkdtempSync(join(tmpdir(), 'gridrun-package-'));
let packed: Packed;

before(async () => {
  using house = new HouseCopy();
  const { code, stdout, stderr } = await npm(house.folder, 'pack', '--json', '--pack-destination', folder);
  assert.equal(code, 0, stdout + stderr);
  // What the build says comes before the list.
  [packed] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as [Packed];
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  const installed = await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename));
  assert.equal(installed.code, 0, installed.stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('holds what is needed to run, and nothing else', () => {
  const paths = packed.files.map((file) => file.path);
  const strangers = paths.filter((path) => !/^(dist\/.*\.(js|d\.ts)|grid\/.*|Dockerfile\.node|docker-compose\.grid\.yml|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path));
  assert.deepEqual(strangers, []);
  for (const path of ['README.md', 'LICENSE', 'dist/check/host-main.js', 'dist/check/builtin/loads.check.js']) assert.ok(paths.includes(path), path);
});

test('every path that its manifest names is in it', () => {
  const root = join(folder, 'node_modules/gridrun');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    exports: Record<string, string | Record<string, string>>;
  };
  const exported = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : [entry['types'], entry['default']]));
  for (const path of [...Object.values(manifest.bin), ...exported]) assert.ok(existsSync(join(root, path ?? '')), path);
});

test('npx gridrun --help', async () => {
  const { code, stdout, stderr } = await npx('--help');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^gridrun \[checks\.\.\] --sites <list>/);
});

test('is a library too', async () => {
  writeFileSync(join(folder, 'library.mjs'), "import { run, defineConfig } from 'gridrun';\nconsole.log(typeof run, typeof defineConfig);\n");
  const { code, stdout, stderr } = await ended(process.execPath, folder, 'library.mjs');
  assert.deepEqual([code, stdout], [0, 'function function\n'], stderr);
});

test('runs a check in TypeScript, and a config, in a real browser', { skip: missing('chrome') }, async () => {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<title>Packed</title><p>Hello'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    mkdirSync(join(folder, 'checks'));
    writeFileSync(join(folder, 'checks/title.check.ts'), CHECK);
    writeFileSync(join(folder, 'gridrun.config.mjs'), "import { defineConfig } from 'gridrun';\nexport default defineConfig({ sites: 'sites.txt' });\n");
    writeFileSync(join(folder, 'sites.txt'), `http://127.0.0.1:${port}/\n`);
    const { code, stdout, stderr } = await npx();
    assert.equal(code, 0, stdout + stderr);
    assert.match(readFileSync(join(folder, 'gridrun-results/junit.xml'), 'utf8'), /<testcase [^>]*name="page has its title"/);
  } finally {
    server.close();
  }
});

async function npm(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return await ended('npm', cwd, ...args);
}

async function npx(...args: readonly string[]): Promise<Ended> {
  return await ended('npx', folder, '--no-install', 'gridrun', ...args);
}

/** Runs a command to its end, with this Node first in its path: npm's scripts may find an older one. */
async function ended(command: string, cwd: string, ...args: readonly string[]): Promise<Ended> {
  const { SELENIUM_REMOTE_URL: _grid, NODE_OPTIONS: _options, ...inherited } = process.env;
  const env = { ...inherited, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` };
  const options = { cwd, env, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' };
  return await new Promise((resolve) => {
    const child = execFile(command, args, options, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? 1, stdout, stderr }));
  });
}
