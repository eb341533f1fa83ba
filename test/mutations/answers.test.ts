import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub, type StubFault, type StubRequest } from '../stub/webdriver-stub.ts';
import { Workplace, siteList } from '../support/command.ts';
import { mutateValue } from '../support/mutate.ts';
import { randomFrom } from '../support/random.ts';

// Answers of a grid that anyone may have damaged. GRIDRUN_MUTATED_ANSWERS says how many, GRIDRUN_MUTATION_SEED which run is
// the first. The long form: npm run test:mutations.
const COUNT = Number(process.env['GRIDRUN_MUTATED_ANSWERS'] ?? 60);
const FIRST = Number(process.env['GRIDRUN_MUTATION_SEED'] ?? 1);
const SITES = COUNT > 1000 ? 300 : 40;
/** A run waits more than it works. */
const AT_ONCE = COUNT > 1000 ? 16 : 1;

const CHECK = `
import assert from 'node:assert/strict';
import { By } from 'selenium-webdriver';
import { driver, site } from 'gridrun/check';
it('opens', async () => {
  await driver.get(site.url);
  assert.match(await driver.getTitle(), /Title/);
  await (await driver.findElement(By.css('#user'))).sendKeys('alice');
  await driver.executeScript('return document.title');
  assert.ok((await driver.getAllWindowHandles()).length > 0);
});`;

const ELEMENT = { 'element-6066-11e4-a52e-4f735466cecf': 'e.1.0.I3VzZXI' };

/** What a grid may answer, by the end of the command: enough for a mutation to be nearly right. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  'POST session': {
    sessionId: 'abc',
    capabilities: { browserName: 'chrome', browserVersion: '1', webSocketUrl: 'ws://hub/x' },
  },
  'POST element': ELEMENT,
  'GET window/handles': ['A', 'B'],
};
const STATUSES = [200, 200, 200, 200, 201, 204, 301, 400, 403, 404, 408, 429, 500, 502, 503];
const TEXTS = [
  '',
  '<html>no</html>',
  '{"value":',
  'null',
  '[]',
  '7',
  '{"value":{"error":7}}',
  '{}',
  '"text"',
  '\u0000',
];

function mutatedAnswer({ command }: StubRequest, random: () => number): StubFault {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const kind = random();
  if (kind < 0.05) return 'reset';
  if (kind < 0.1) return 'lost-answer';
  // Of a grid that says in good WebDriver that a session is gone, nobody can know that it is not.
  const isTrusted = command === 'DELETE session' || command === 'GET status';
  const status = pick(isTrusted ? STATUSES.filter((one) => one >= 400) : STATUSES);
  const done = random() < 0.7;
  if (kind < 0.4) return { status, text: status === 204 ? '' : pick(TEXTS), done };
  const error = { error: 'unknown error', message: 'chrome not reachable', stacktrace: '' };
  const value = status < 400 ? (ANSWERS[command] ?? null) : error;
  return { status, body: mutateValue({ value }, random), done };
}

interface Round {
  readonly mutated: number;
  readonly left: readonly string[];
}

/** Runs a list on a grid whose answers are mutated from a seed, then another one that is not, which ends what is left. */
async function round(seed: number): Promise<Round> {
  let mutated = 0;
  let random: (() => number) | undefined = randomFrom(seed);
  await using stub = await startStub({
    bidi: true,
    sessionsPerNode: 50,
    faults: (request) => {
      if (random === undefined || random() > 0.08) return undefined;
      mutated += 1;
      return mutatedAnswer(request, random);
    },
  });
  await using place = await Workplace.with({
    'sites.json': siteList(...Array.from({ length: SITES }, (_, index) => `s${index}`)),
    'one.json': siteList('last'),
    'x.check.mjs': CHECK,
  });
  const temporary = join(place.folder, 'temporary');
  await mkdir(temporary);
  const run = async (list: string): Promise<void> => {
    const args = ['x.check.mjs', '--sites', list, '--grid', stub.url, '-j', '8', '--evidence', 'none'];
    const { code, stdout, stderr } = await place.run([...args, '--site-timeout', '20000'], {
      env: { TMPDIR: temporary },
    });
    const again = `GRIDRUN_MUTATION_SEED=${seed}, exit ${code}\n${stdout.slice(-3000)}${stderr.slice(-3000)}`;
    assert.ok([0, 1, 2, 3].includes(code ?? -1), again);
    assert.doesNotMatch(stdout + stderr, /runner\.bug|a bug in gridrun/, again);
  };
  await run('sites.json');
  random = undefined;
  await run('one.json');
  return { mutated, left: stub.sessions().map(({ id }) => `seed ${seed}: ${id}`) };
}

test(`${COUNT} mutated answers of a grid: no bug of gridrun, no raw error, no session left`, async (t) => {
  let mutated = 0;
  let seed = FIRST;
  const left: string[] = [];
  const lane = async (): Promise<void> => {
    while (mutated < COUNT) {
      const ended = await round(seed++);
      mutated += ended.mutated;
      left.push(...ended.left);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  t.diagnostic(`${mutated} mutated answers in ${seed - FIRST} runs, ${left.length} sessions left`);
  assert.deepEqual(left, []);
});
