import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EvidenceTaker, type EvidenceTakerOptions } from '../../../../src/check/worker/evidence/evidence-taker.ts';
import type { Withheld } from '../../../../src/core/ports.ts';
import { Redaction } from '../../../../src/text/redaction.ts';
import { WireClient } from '../../../../src/wire/wire-client.ts';
import { answerValue, startHttpServer } from '../../../support/http-server.ts';

/** Takes evidence through a driver that never gives `held`. Returns what it was asked for. */
async function take(held: string, withheld?: Withheld): Promise<{ asked: string[]; holdsSession: boolean }> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gridrun-held-'));
  const asked: string[] = [];
  await using server = await startHttpServer((request, response) => {
    const what = request.url!.split('/').at(-1)!;
    asked.push(what);
    if (what !== held) answerValue(response, '');
  });
  const session = { sessionId: 's', endpoint: server.url, capabilities: {}, node: 'n', browserName: 'chrome' };
  const evidence = new EvidenceTaker({
    worker: { evidence: 'failures', trace: false, outDir: folder.path },
    order: { site: { id: 'one', url: 'http://one.test/' }, attempt: 1, session, withheld },
    redaction: new Redaction([]),
    wire: new WireClient(server.url),
    view: { tab: async () => 'unreachable' },
    remainingMs: () => 1_500,
    extensionLog: async () => '',
    signal: new AbortController().signal,
  } as unknown as EvidenceTakerOptions);
  await evidence.start();
  await evidence.take('a');
  evidence.close();
  return { asked, holdsSession: evidence.holdsSession };
}

test('evidence that never comes over the driver holds the session, and is not asked for again', async () => {
  const cases = [
    [await take(''), ['source', 'screenshot'], false],
    [await take('screenshot', 'pictures'), ['source'], false],
    [await take('source', 'page'), [], false],
    ...(await Promise.all([
      take('screenshot').then((taken) => [taken, ['source', 'screenshot'], true] as const),
      take('source').then((taken) => [taken, ['source'], true] as const),
      take('source', 'pictures').then((taken) => [taken, ['source'], true] as const),
    ])),
  ] as const;
  for (const [taken, asked, holdsSession] of cases) assert.deepEqual(taken, { asked, holdsSession });
});
