import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTrace } from '../../../src/wire/protocol-trace.ts';
import { checkFile } from '../module-kinds.ts';
import { siteNamed, startBench } from '../suite-bench.ts';

test('the trace has the messages of both directions, the watchdog and the end of a worker, without user data', async () => {
  const lines: string[] = [];
  startTrace((_at, text) => void lines.push(text.replace(/worker \d+/, 'worker N')));
  await using bench = await startBench({
    stallLimitMs: 500,
    secrets: ['planted-secret'],
    files: checkFile('esm', "it('stands', () => { console.log('planted-secret'); for (;;); });"),
  });
  const site = { ...siteNamed('one'), data: { note: 'planted-data' } };
  assert.equal((await bench.attempt({ site })).fault?.code, 'runner.endless-loop');
  const trace = lines.join('\n');
  assert.match(trace, /^to worker N \{"type":"load","files":1,"setup":0\}$/m);
  assert.match(trace, /^to worker N \{"type":"attempt","id":1,"slot":0,"site":"one",/m);
  assert.match(trace, /^from worker N \{"type":"output","siteId":"one","stream":"stdout","text":"\*\*\*\\n"\}$/m);
  assert.match(trace, /^from watchdog of worker N \{"attemptId":1,"check":"stands","where":"file:.*"\}$/m);
  assert.match(trace, /^worker N: ended, SIGKILL$/m);
  assert.doesNotMatch(trace, /planted/);
});
