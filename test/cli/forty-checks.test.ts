import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace } from '../support/command.ts';
import { FORTY_SITES, fortyChecks } from './forty-checks.ts';

/** Long enough for the checks before the one that is cut. */
const CUT_MS = 6_000;

type Answers = Record<string, Record<string, string>>;

/** Each site's checks with status, cause and code. */
async function answersOf(place: Workplace): Promise<Answers> {
  const { sites } = await place.results();
  return Object.fromEntries(
    sites.map(({ id, checks }) => [
      id,
      Object.fromEntries(
        checks.map(({ title, status, cause, fault }) => [
          title,
          [status, cause, fault?.code].filter(Boolean).join(' '),
        ]),
      ),
    ]),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('40 checks with deliberate faults have the same verdicts at 1, 2 and 6 lanes a worker as in a process per site', async () => {
  await using stub = await startStub({ sessionsPerNode: 20, latencyMs: 3 });
  await using place = await Workplace.with(fortyChecks(await freePort()));
  const list = (ids: readonly string[]): string =>
    JSON.stringify(
      ids.map((id) => ({ id, url: `https://${id}.example/`, ...(id === 'f' ? { timeoutMs: CUT_MS } : {}) })),
    );
  const run = async (ids: readonly string[], ...flags: string[]): Promise<{ answers: Answers; text: string }> => {
    await place.write('sites.json', list(ids));
    const args = ['forty.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '--evidence', 'none', ...flags];
    const { code, stdout, stderr } = await place.run(args);
    assert.equal(code, 1, stdout + stderr);
    return { answers: await answersOf(place), text: stdout + stderr };
  };
  const alone: Answers = {};
  for (const id of FORTY_SITES) Object.assign(alone, (await run([id], '-j', '1', '--lanes-per-worker', '1')).answers);
  assert.equal(Object.keys(alone['c'] ?? {}).length, 40);
  assert.deepEqual(
    Object.entries(alone['c'] ?? {}).filter(([, answer]) => !answer.startsWith('passed')),
    [
      ['verdicts fails everywhere', 'failed check check.failed'],
      ['verdicts skips itself', 'skipped'],
    ],
  );
  for (const lanes of [1, 2, 6]) {
    const { answers, text } = await run(FORTY_SITES, '-j', '6', '--lanes-per-worker', String(lanes));
    assert.deepEqual(answers, alone, `${lanes} lanes: ${text}`);
    const told = text.match(/checks\.shared-process|a check changed what its process owns/g) ?? [];
    assert.ok(told.length <= 1, `said ${told.length} times: ${text}`);
    if (lanes === 6) assert.match(text, /a check changed what its process owns/);
  }
});
