import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { ELSEWHERE, NEEDS_ENGINE } from './elsewhere.ts';
import { PAPERS, ROOT, paper, stepsOf } from './papers.ts';
import { Reader } from './reader.ts';
import { SCENES, type Scene } from './scenes.ts';

const TUTORIAL = 'docs/tutorial.md';

/** Each distinct command, under the first page that has it. The tutorial has its own test. */
const seen = new Set<string>();
const commandsBy = new Map(
  PAPERS.filter((path) => path !== TUTORIAL).map((path) => [
    path,
    stepsOf(paper(path)).flatMap((step) => {
      if (step.kind === 'file' || seen.has(step.command)) return [];
      seen.add(step.command);
      return [step.command];
    }),
  ]),
);

test('there are commands, and each table of the tests is of what the pages say', () => {
  assert.ok(seen.size > 40, `${seen.size} commands`);
  assert.deepEqual(
    Object.keys(ELSEWHERE).filter((command) => !seen.has(command)),
    [],
    'in ELSEWHERE, but on no page',
  );
  for (const [command, { test: path }] of Object.entries(ELSEWHERE))
    assert.ok(existsSync(join(ROOT, path)), `${command}: there is no ${path}`);
  const scenes = Object.keys(SCENES).filter((path) => (commandsBy.get(path) ?? []).length === 0);
  assert.deepEqual(scenes, [], 'a scene for a page without commands');
});

test('no block of a page has a language that the tests would pass over', () => {
  const known = new Set(['', 'sh', 'console', 'text', 'ts', 'js', 'json', 'yaml', 'xml']);
  const strange = PAPERS.flatMap((path) =>
    [...paper(path).matchAll(/^```(\S+).*\n[\s\S]*?^```$/gm)]
      .map(([, language]) => language!)
      .filter((language) => !known.has(language))
      .map((language) => `${path}: ${language}`),
  );
  assert.deepEqual(strange, []);
});

test('a page whose commands nobody runs is a fault', () => {
  const unrun = [...commandsBy].filter(
    ([path, commands]) => !(path in SCENES) && commands.some((command) => !(command in ELSEWHERE)),
  );
  assert.deepEqual(unrun, []);
});

// A stub stands in for the reader's grid, because this tests the commands, not the browser.
describe('every command of', { concurrency: 2 }, () => {
  for (const [path, scene] of Object.entries(SCENES)) {
    test(path, { skip: scene.inChrome === true && missing('chrome') }, async (t) => {
      await using stub = await startStub({ bidi: true });
      await using site = await startHttpServer((_request, response) =>
        response.end('<!doctype html><title>a site</title><p>here'),
      );
      const files = Object.fromEntries(
        Object.entries(scene.files).map(([name, text]) => [name, text.replace('$SITE', site.url)]),
      );
      const grid = scene.inChrome === true ? {} : { SELENIUM_REMOTE_URL: stub.url };
      await using reader = await Reader.with(
        files,
        { ...grid, GRID_URL: stub.url, SE_ROUTER_PASSWORD: 'secret' },
        {
          'http://hub:4444': stub.url,
          '127.0.0.1:4444': new URL(stub.url).host,
          'http://10.0.0.5:4444': 'http://127.0.0.1:1',
        },
      );
      for (const command of commandsBy.get(path) ?? []) {
        if (command in ELSEWHERE) continue;
        await t.test(command, async () => {
          await run(command, reader, scene);
        });
      }
    });
  }
});

async function run(command: string, reader: Reader, scene: Scene): Promise<void> {
  await scene.before?.(reader, command);
  if (NEEDS_ENGINE.test(command)) {
    const { code, output } = await reader.does(command, {
      DOCKER_HOST: `unix://${reader.place.folder}/none.sock`,
      SELENIUM_REMOTE_URL: '',
      SE_REGISTRATION_SECRET: 'secret',
    });
    assert.equal(code, 2, output);
    return assert.match(output, /^code: grid\.(engine|hub|bus)-unreachable$/m);
  }
  if (command.includes('show-report')) {
    const { code, page } = await reader.serves(command);
    assert.equal(code, 0);
    return assert.match(page, /<title>.*gridrun/);
  }
  const { code, output } = await reader.does(command);
  assert.ok((scene.codes ?? [0]).includes(code ?? -1), `exit ${code}\n${output}`);
}
