import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { gridStatus } from '../../src/grid/docker/status.ts';
import { freePort } from '../../src/os/free-port.ts';
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

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The first piece of code in a chapter of the README. */
function exampleOf(chapter: string): string {
  const found = new RegExp(`^## ${chapter}$[^]*?^\`\`\`ts\\n([^]*?)^\`\`\`$`, 'm').exec(README)?.[1];
  assert.ok(found, `README.md has no code under ${chapter}`);
  return found;
}

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
  const installed = await npm(
    folder,
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    join(folder, packed.filename),
  );
  assert.equal(installed.code, 0, installed.stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('holds what is needed to run, and nothing else', () => {
  const paths = packed.files.map((file) => file.path);
  const strangers = paths.filter(
    (path) =>
      !/^(dist\/.*\.(js|d\.ts)|grid\/.*|Dockerfile\.node|docker-compose\.grid\.yml|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(
        path,
      ),
  );
  assert.deepEqual(strangers, []);
  for (const path of ['README.md', 'LICENSE', 'dist/check/worker/main.js', 'dist/check/builtin/loads.check.js'])
    assert.ok(paths.includes(path), path);
});

test('declares only what users can import', () => {
  const declared = packed.files.map(({ path }) => path).filter((path) => path.endsWith('.d.ts'));
  for (const path of ['dist/index.d.ts', 'dist/check/api.d.ts']) assert.ok(declared.includes(path), path);
  assert.deepEqual(
    declared.filter((path) => /^dist\/(cli|dispatch|grid|report|results|session)\//.test(path)),
    [],
  );
});

test('every path that its manifest names is in it', () => {
  const root = join(folder, 'node_modules/gridrun');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    exports: Record<string, string | Record<string, string>>;
  };
  const exported = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : [entry['types'], entry['default']],
  );
  for (const path of [...Object.values(manifest.bin), ...exported]) assert.ok(existsSync(join(root, path ?? '')), path);
});

test('npx gridrun --help', async () => {
  const { code, stdout, stderr } = await npx('--help');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^gridrun \[checks\.\.\] --sites <list>/);
});

test('is a library too', async () => {
  writeFileSync(
    join(folder, 'library.mjs'),
    "import { run, defineConfig } from 'gridrun';\nconsole.log(typeof run, typeof defineConfig);\n",
  );
  const { code, stdout, stderr } = await ended(process.execPath, folder, 'library.mjs');
  assert.deepEqual([code, stdout], [0, 'function function\n'], stderr);
});

test(
  'the compose file refuses to build, names gridrun grid image, and runs a grid from any folder with that image',
  { skip: missing('docker'), timeout: 600_000 },
  async () => {
    const image = await npx('grid', 'image');
    assert.equal(image.code, 0, image.stderr);
    const elsewhere = mkdtempSync(join(tmpdir(), 'gridrun-elsewhere-'));
    const name = `pack-${randomBytes(4).toString('hex')}`;
    const compose = async (...args: string[]): Promise<Ended> => await composeWith(env, ...args);
    const composeWith = async (variables: Record<string, string | number>, ...args: string[]): Promise<Ended> => {
      const file = join(folder, 'node_modules/gridrun/docker-compose.grid.yml');
      return await ended(
        'env',
        elsewhere,
        ...Object.entries(variables).map(([key, value]) => `${key}=${value}`),
        'docker-compose',
        '-f',
        file,
        ...args,
      );
    };
    const env = {
      COMPOSE_PROJECT_NAME: name,
      GRIDRUN_GRID: name,
      GRIDRUN_IMAGE: image.stdout.trim(),
      GRIDRUN_PORT: await freePort(),
      SE_ROUTER_PASSWORD: randomBytes(12).toString('hex'),
      SE_REGISTRATION_SECRET: randomBytes(12).toString('hex'),
    };
    try {
      const build = await composeWith({ ...env, GRIDRUN_IMAGE: `gridrun-test:${name}` }, 'build', '--force-rm', 'hub');
      assert.notEqual(build.code, 0);
      assert.match(
        build.stdout + build.stderr,
        /this image cannot be built from the npm package[^]*npx gridrun grid image/,
      );
      const up = await compose('up', '-d', '--no-build');
      assert.equal(up.code, 0, up.stdout + up.stderr);
      while ((await gridStatus({ name }))[0]?.slots !== 1) await new Promise((resolve) => setTimeout(resolve, 200));
    } finally {
      const down = await compose('down', '-t', '2');
      rmSync(elsewhere, { recursive: true });
      assert.equal(down.code, 0, down.stderr);
    }
  },
);

test("TypeScript checks the README's check, a config and a program, with no other package installed", async () => {
  const project = join(folder, 'typed');
  mkdirSync(project);
  writeFileSync(join(project, 'login.check.ts'), exampleOf('How to write a check'));
  writeFileSync(
    join(project, 'this.check.ts'),
    "it('has its own words', async function () {\n  await this.driver.get(this.site.url);\n});\n",
  );
  writeFileSync(
    join(project, 'gridrun.config.ts'),
    "import { defineConfig } from 'gridrun';\nexport default defineConfig({ sites: 'sites.json', sessions: 2 });\n",
  );
  writeFileSync(join(project, 'program.mts'), exampleOf('As a library'));
  writeFileSync(
    join(project, 'wrong.ts'),
    "import { defineConfig } from 'gridrun';\n// @ts-expect-error -- no number\ndefineConfig({ retries: 'two' });\n",
  );
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const { code, stdout, stderr } = await ended(
    process.execPath,
    project,
    join(import.meta.dirname, '../../node_modules/typescript/bin/tsc'),
    '--noEmit',
  );
  assert.equal(code, 0, stdout + stderr);
});

test(
  "runs the README's check, a config, and the README's program, in a real browser",
  { skip: missing('chrome') },
  async () => {
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<form><input type="password"></form>'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      mkdirSync(join(folder, 'checks'));
      writeFileSync(join(folder, 'checks/login.check.ts'), exampleOf('How to write a check'));
      writeFileSync(
        join(folder, 'gridrun.config.mjs'),
        "import { defineConfig } from 'gridrun';\nexport default defineConfig({ sites: 'sites.json' });\n",
      );
      writeFileSync(join(folder, 'sites.json'), JSON.stringify([`http://127.0.0.1:${port}/login`]));
      const command = await npx();
      assert.equal(command.code, 0, command.stdout + command.stderr);
      assert.match(
        readFileSync(join(folder, 'gridrun-results/junit.xml'), 'utf8'),
        /<testcase [^>]*name="login has a password field"/,
      );
      writeFileSync(join(folder, 'program.mts'), exampleOf('As a library'));
      const program = await ended(process.execPath, folder, 'program.mts');
      assert.match(program.stdout, /^\S+ passed\n0\n$/, program.stdout + program.stderr);
    } finally {
      server.close();
    }
  },
);

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
    const child = execFile(command, args, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, stdout, stderr }),
    );
  });
}
