import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HouseCopy } from './house-copy.ts';

const SCRIPT = 'scripts/check-layers.ts';

/** Every way for a module to name another, and what of ours it must be seen to name. */
const FORBIDDEN: readonly (readonly [line: string, target: string])[] = [
  ["import { judge } from '../plan/chunk.ts';", 'src/plan/chunk.ts'],
  ["import type { Site } from '../sites/read.ts';", 'src/sites/read.ts'],
  ["export { a } from '../results/fold.ts';", 'src/results/fold.ts'],
  ["export * from '../session/isolation.ts';", 'src/session/isolation.ts'],
  ["export const b = import('../report/create.ts');", 'src/report/create.ts'],
  ['export const c = import(`../check/api.ts`);', 'src/check/api.ts'],
  ['export const d = (name: string) => import(`../report/${name}.ts`);', 'src/report/'],
  ["export type E = import('../config/settings.ts').Setting;", 'src/config/settings.ts'],
  ["export const f = require('../grid/local.ts');", 'src/grid/local.ts'],
  ["export const g = import.meta.resolve('../webserver/web-server.ts');", 'src/webserver/web-server.ts'],
  ["export const h = new URL('../check/worker/main.ts?lane=1', import.meta.url);", 'src/check/worker/main.ts'],
  ["export const i = import('gridrun/check');", 'src/check/api.ts'],
  ["import { j } from 'gridrun';", 'src/index.ts'],
  ["import '../../test/support/machine.ts';", 'test/support/machine.ts'],
  ["import '../app/run/run.ts';", 'src/app/run/run.ts'],
  ["import 'file:///src/plan/chunk.ts';", 'file:///src/plan/chunk.ts'],
  ["import '/src/plan/chunk.ts';", '/src/plan/chunk.ts'],
  ["export const k = (base: string) => new URL('../plan/chunk.ts', base);", 'src/plan/chunk.ts'],
  ["export const l = new globalThis.URL('../plan/chunk.ts', import.meta.url);", 'src/plan/chunk.ts'],
  ["export const m = join(import.meta.dirname, '..', 'plan/chunk.ts');", 'src/plan/chunk.ts'],
  ["export const n = path.resolve(import.meta.dirname, '../plan/chunk.ts');", 'src/plan/chunk.ts'],
];

test('each way to import a sibling is a fault, told by file, line, target and what is allowed', async () => {
  using house = new HouseCopy();
  house.plant('src/dispatch/planted.ts', FORBIDDEN.map(([line]) => line).join('\n'));
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  for (const [index, [, target]] of FORBIDDEN.entries()) {
    const told = `src/dispatch/planted.ts:${index + 1}: imports ${target}; src/dispatch/ may import itself, src/core/, src/modules/, src/text/, src/os/, src/results/layout.ts, src/wire/,`;
    assert.ok(output.includes(told), `${told}\nis not in\n${output}`);
  }
});

test('core may import nothing of ours, and cli no feature that a run composes', async () => {
  using house = new HouseCopy();
  house.plant('src/core/planted.ts', "import '../wire/http.ts';\n");
  house.plant('src/cli/planted.ts', "import '../app/run/run.ts';\nimport '../dispatch/slot.ts';\n");
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(
    output,
    /^src\/core\/planted\.ts:1: imports src\/wire\/http\.ts; src\/core\/ may import itself, node's/m,
  );
  assert.match(
    output,
    /^src\/cli\/planted\.ts:2: imports src\/dispatch\/slot\.ts; src\/cli\/ may import itself, src\/app\/,/m,
  );
  assert.doesNotMatch(output, /src\/cli\/planted\.ts:1:/);
});

test('the two sides of the process border meet in the protocol alone', async () => {
  using house = new HouseCopy();
  house.plant('src/check/pool/planted.ts', "import '../protocol.ts';\nimport '../worker/lane/lane.ts';\n");
  house.plant('src/check/worker/lane/planted.ts', "import '../../protocol.ts';\nimport '../../pool/worker-pool.ts';\n");
  house.plant('src/check/protocol.ts', "import './pool/worker-pool.ts';\n");
  house.plant('src/check/worker/evidence/planted.ts', "import '../extension/extension-use.ts';\n");
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^src\/check\/pool\/planted\.ts:2: imports src\/check\/worker\/lane\/lane\.ts;/m);
  assert.match(output, /^src\/check\/worker\/lane\/planted\.ts:2: imports src\/check\/pool\/worker-pool\.ts;/m);
  assert.match(
    output,
    /^src\/check\/worker\/evidence\/planted\.ts:1: imports src\/check\/worker\/extension\/extension-use\.ts;/m,
  );
  assert.match(output, /^src\/check\/protocol\.ts:1: imports src\/check\/pool\/worker-pool\.ts;/m);
  assert.doesNotMatch(output, /planted\.ts:1: imports src\/check\/protocol/);
});

test('a file at the top of src is a fault', async () => {
  using house = new HouseCopy();
  house.plant('src/planted.ts', 'export {};\n');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^src\/planted\.ts:1: is at the top of src/m);
  house.plant(
    'scripts/layers.ts',
    "export const LAYERS = [{ path: 'planted.ts', may: ['*'] }, { path: 'index.ts', may: [] }];\n" +
      'export const REPORT_APP_MAY = [];\nexport const COMPUTED_IMPORTS = {};\n',
  );
  const listed = await house.run(SCRIPT);
  assert.match(listed.output, /^src\/planted\.ts:1: is at the top of src/m);
  assert.doesNotMatch(listed.output, /^src\/index\.ts:1: is at the top/m);
});

test("the page's program is imported in one place", async () => {
  using house = new HouseCopy();
  house.plant('src/report/html/planted.ts', "new URL('../../../report-app/build.ts', import.meta.url);\n");
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^src\/report\/html\/planted\.ts:1: imports report-app\/build\.ts; src\/report\/ may import/m);
  assert.doesNotMatch(output, /report-app\.ts:\d+: imports/);
});

test('what is allowed is no fault: core, wire, its own folder, node and npm packages, a URL of the web', async () => {
  using house = new HouseCopy();
  const lines = [
    "import '../core/site.ts';",
    "import '../wire/http.ts';",
    "import './slot.ts';",
    "import 'node:fs';",
    "import 'zod';",
  ];
  lines.push("export const a = (grid: string) => new URL('/status', grid);");
  house.plant('src/dispatch/planted.ts', lines.join('\n'));
  const { output } = await house.run(SCRIPT);
  assert.doesNotMatch(output, /planted/);
});

test('an import that is computed is a fault, except in the files that load files of users', async () => {
  using house = new HouseCopy();
  const lines = [
    'export const a = (url: string) => import(url);',
    "export const b = (z: string) => import('../plan/' + z);",
  ];
  house.plant('src/dispatch/planted.ts', lines.join('\n'));
  house.plant('src/config/config-file.ts', lines[0] ?? '');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^src\/dispatch\/planted\.ts:1: computes what it imports; /m);
  assert.match(output, /^src\/dispatch\/planted\.ts:2: computes what it imports; /m);
  assert.doesNotMatch(output, /config-file/);
});

test("the report's browser program may import only data and words of src", async () => {
  using house = new HouseCopy();
  const lines = ["import '../src/report/html/report-data.ts';", "import '../src/core/verdict.ts';"];
  house.plant('report-app/planted.tsx', [...lines, "import '../src/report/html/build-data.ts';"].join('\n'));
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^report-app\/planted\.tsx:3: imports src\/report\/html\/build-data\.ts; report-app\/ may/m);
  assert.doesNotMatch(output, /planted\.tsx:[12]:/);
});

test('a folder that nobody thought about is a fault', async () => {
  using house = new HouseCopy();
  house.plant('src/common/planted.ts', 'export {};\n');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /^src\/common\/planted\.ts:1: is in no layer/m);
});

test('a file that was not read is a fault', async () => {
  using house = new HouseCopy();
  house.plant('src/core/planted.mts', 'export {};\n');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /layers: read only \d+ of \d+ files/);
});

test('a file that does not parse is a fault', async () => {
  using house = new HouseCopy();
  house.plant('src/core/planted.ts', 'import {\n');
  const { code, output } = await house.run(SCRIPT);
  assert.notEqual(code, 0);
  assert.match(output, /src\/core\/planted\.ts can't be parsed/);
});

test('no file at all is a fault', async () => {
  using house = new HouseCopy();
  house.remove('src');
  const { code, output } = await house.run(SCRIPT);
  assert.equal(code, 1);
  assert.match(output, /layers: there is no source file here/);
});
