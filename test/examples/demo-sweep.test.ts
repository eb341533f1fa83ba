import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';

const SWEEP = new URL('../../examples/sweep/demo-sweep.ts', import.meta.url).pathname;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)
  test(`the demo of a sweep shows what it does, and ends when its process group gets ${signal}`, async () => {
    await using stub = await startStub({
      hold: ({ command }) => (command === 'POST session' ? new Promise(() => {}) : undefined),
    });
    const child = spawn(process.execPath, ['--conditions=gridrun-source', SWEEP, '--grid', stub.url], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      printed += String(text);
      // The whole group at once, as a terminal does, and then the demo again.
      if (String(text).includes('running both builds')) {
        process.kill(-child.pid!, signal);
        child.kill('SIGTERM');
      }
    }
    const [code] = (await ended) as [number | null];
    assert.equal(code, 130, printed);
    assert.match(printed, /stopping/);
  });
