import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdtempDisposable, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { GridrunError } from '../../src/core/fault.ts';
import type { SessionRequest } from '../../src/core/ports.ts';
import { findChrome } from '../../src/grid/find-chrome.ts';
import { localGrid } from '../../src/grid/local.ts';
import { ownIdentity } from '../../src/os/process-identity.ts';
import { processesNaming } from '../../src/os/process-table.ts';
import { SessionRegistry } from '../../src/grid/registry.ts';
import { clearLeftovers } from '../../src/grid/clear-leftovers.ts';
import { BidiClient } from '../../src/wire/bidi-client.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { missing } from '../support/machine.ts';

const skip = missing('chrome');
const LIMITS = { deadlineMs: 30_000 };

let registry: SessionRegistry;
beforeEach(async () => {
  registry = new SessionRegistry(await mkdtemp(join(tmpdir(), 'gridrun-local-')));
});
afterEach(async () => {
  for (const pid of await processesNaming(registry.stateDir)) process.kill(pid, 'SIGKILL');
  await rm(registry.stateDir, { recursive: true, force: true, maxRetries: 10 });
});

function request(more: Partial<SessionRequest> = {}): SessionRequest {
  return { name: 'a test', capabilities: {}, avoidNodes: [], signal: new AbortController().signal, ...more };
}

async function assertNothingLeft(): Promise<void> {
  assert.deepEqual(await readdir(registry.stateDir), []);
  assert.deepEqual(await processesNaming(registry.stateDir), []);
}

test('a session opens, is on disk while it is, speaks BiDi, and leaves nothing', { skip }, async () => {
  await using grid = await localGrid({ sessions: 'auto', registry });
  assert.equal(await grid.capacity(new AbortController().signal), availableParallelism());
  const owned = await grid.openSession(request());
  const { session } = owned;
  assert.equal(session.node, 'local');
  assert.equal(session.browserName, 'chrome');
  assert.ok(session.windowRect!.width > 0);
  assert.equal((await readdir(registry.stateDir)).length, 1);
  const bidi = await BidiClient.connect(session.webSocketUrl!, LIMITS);
  const status = (await bidi.command('browsingContext.getTree', {}, LIMITS)) as { contexts: unknown[] };
  bidi.close();
  assert.equal(status.contexts.length, 1);
  await owned.release();
  await owned.release();
  await assertNothingLeft();
});

test('the end of the grid releases what is open and stops what is opening', { skip }, async () => {
  const grid = await localGrid({ sessions: 2, registry });
  await grid.openSession(request());
  const opening = assert.rejects(grid.openSession(request()), GridrunError);
  await grid[Symbol.asyncDispose]();
  await opening;
  await assertNothingLeft();
});

test('kill -9 of Chrome is a crashed browser, and leaves nothing', { skip }, async () => {
  await using grid = await localGrid({ sessions: 1, registry });
  const owned = await grid.openSession(request());
  process.kill(owned.session.capabilities['goog:processID'] as number, 'SIGKILL');
  const client = new WireClient(owned.session.endpoint);
  for (let count = 0; count < 2; count += 1) {
    await assert.rejects(
      client.send('GET', `/session/${owned.session.sessionId}/url`, undefined, LIMITS),
      (error) =>
        error instanceof WireError &&
        error.code === 'browser.crashed' &&
        error.blames === 'browser' &&
        error.sessionLost,
    );
  }
  await owned.release();
  await assertNothingLeft();
});

test('a Chrome that does not start is reported with the last lines of the driver’s log', { skip }, async () => {
  const pair = await findChrome();
  await using grid = await localGrid({ sessions: 1, registry, chrome: { ...pair, chrome: '/bin/false' } });
  await assert.rejects(
    grid.openSession(request()),
    (error) =>
      error instanceof GridrunError &&
      error.code === 'browser.not-started' &&
      /\/bin\/false did not start[^]*Last lines of the chromedriver log/.test(error.message),
  );
  await assertNothingLeft();
});

/** A program that takes the place of Chrome. */
async function fakeChrome(script: string): Promise<string> {
  const path = join(registry.stateDir, '..', `${basename(registry.stateDir)}-chrome`);
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

for (const [name, script, words] of [
  [
    'a library is missing',
    'echo "$0: error while loading shared libraries: libnss3.so: cannot open shared object file" >&2; exit 127',
    /error while loading shared libraries: libnss3\.so: cannot open shared object file$/,
  ],
  [
    'it has no sandbox',
    `echo "[7:7:1126/1:ERROR:dbus/bus.cc:405] Failed to connect to the bus" >&2
     echo "[7:7:1126/1:FATAL:content/browser/zygote_host/zygote_host_impl_linux.cc:128] No usable sandbox! If" >&2
     echo "#0 0x55d0c8 <unknown>" >&2
     echo "[8:8:0100/0:ERROR:content/zygote/zygote_linux.cc:662] write: Broken pipe (32)" >&2
     kill -TRAP $$`,
    /: No usable sandbox! If$/,
  ],
  ['it says nothing', 'exit 3', /: it ended with exit code 3 and printed nothing$/],
] as const)
  test(`a Chrome that does not start is reported with its own words: ${name}`, { skip }, async () => {
    const chrome = await fakeChrome(script);
    await using grid = await localGrid({ sessions: 2, registry, chrome: { ...(await findChrome()), chrome } });
    try {
      const opened = await Promise.allSettled([grid.openSession(request()), grid.openSession(request())]);
      for (const result of opened) {
        assert.ok(result.status === 'rejected' && result.reason instanceof GridrunError);
        assert.equal(result.reason.code, 'browser.not-started');
        assert.match(result.reason.message.split('\n', 1)[0]!, words);
        assert.match(result.reason.message, /^chromedriver: .*session not created/m);
      }
      await assertNothingLeft();
    } finally {
      await rm(chrome);
    }
  });

test('a Chrome that fails and leaves a process is ended with it', { skip }, async () => {
  const marker = join(registry.stateDir, 'left');
  const chrome = await fakeChrome(`sh -c 'sleep 300; :' ${marker} & echo "no room for me" >&2; exit 1`);
  await using grid = await localGrid({ sessions: 1, registry, chrome: { ...(await findChrome()), chrome } });
  try {
    await assert.rejects(grid.openSession(request()), /did not start: no room for me\n/);
    // The kernel may need a moment for what was killed.
    while ((await processesNaming(registry.stateDir)).length > 0) await setImmediate();
    await assertNothingLeft();
  } finally {
    await rm(chrome);
  }
});

test('a TMPDIR that is too long for Chrome’s socket is reported', { skip }, async () => {
  const long = new SessionRegistry(join(registry.stateDir, 'x'.repeat(100)));
  await using grid = await localGrid({ sessions: 1, registry: long });
  await assert.rejects(grid.openSession(request()), /did not start: Socket path too long: .*SingletonSocket/);
  assert.deepEqual(await readdir(long.stateDir), []);
  await rm(long.stateDir, { recursive: true });
  await assertNothingLeft();
});

test('a driver that does not start is reported', { skip }, async () => {
  const pair = await findChrome();
  await using grid = await localGrid({ sessions: 1, registry, chrome: { ...pair, chromedriver: '/bin/false' } });
  await assert.rejects(
    grid.openSession(request()),
    (error) => error instanceof GridrunError && error.code === 'browser.driver-not-started',
  );
  await assertNothingLeft();
});

test('the user’s capabilities reach Chrome', { skip }, async () => {
  await using grid = await localGrid({ sessions: 1, registry });
  const capabilities = { unhandledPromptBehavior: 'ignore', 'goog:chromeOptions': { args: ['--window-size=500,400'] } };
  const { session } = await grid.openSession(request({ capabilities }));
  assert.equal(session.capabilities['unhandledPromptBehavior'], 'ignore');
  assert.equal(session.windowRect!.width, 500);
});

test(
  'a window is as wide as a desktop’s, and what a site makes it download is gone with its session',
  { skip },
  async () => {
    await using grid = await localGrid({ sessions: 1, registry });
    const { session, release } = await grid.openSession(request());
    assert.equal(session.windowRect!.width, 1280);
    const client = new WireClient(session.endpoint);
    const script =
      "const a = document.createElement('a'); a.href = URL.createObjectURL(new Blob(['x'])); a.download = 'gridrun-test.bin'; document.body.append(a); a.click();";
    await client.send('POST', `/session/${session.sessionId}/execute/sync`, { script, args: [] }, LIMITS);
    const downloads = join(registry.stateDir, (await readdir(registry.stateDir))[0]!, 'downloads');
    while (!(await readdir(downloads).catch((): string[] => [])).includes('gridrun-test.bin'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    await release();
    await assertNothingLeft();
  },
);

test('sessions of a killed run are cleared, and those of a live one stay', { skip }, async () => {
  const script = join(registry.stateDir, 'leaves-a-session.mjs');
  const source = (path: string): string => JSON.stringify(new URL(`../../src/grid/${path}`, import.meta.url).href);
  await writeFile(
    script,
    `import { localGrid } from ${source('local.ts')}; import { SessionRegistry } from ${source('registry.ts')};
     const grid = await localGrid({ sessions: 1, registry: new SessionRegistry(${JSON.stringify(registry.stateDir)}) });
     await grid.openSession({ name: 'left', capabilities: {}, avoidNodes: [], signal: new AbortController().signal });
     console.log('open'); setInterval(() => {}, 1000);`,
  );
  await using grid = await localGrid({ sessions: 1, registry });
  const mine = await grid.openSession(request());
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  assert.deepEqual(await clearLeftovers({ registry }), [], 'its owner lives');
  child.kill('SIGKILL');
  await ended;
  assert.deepEqual(await clearLeftovers({ registry }), ['left']);
  await new WireClient(mine.session.endpoint).send('GET', `/session/${mine.session.sessionId}/url`, undefined, LIMITS);
  await mine.release();
  await rm(script);
  await assertNothingLeft();
});

test('a pid that now belongs to another process is not a live owner', async () => {
  const registration = await registry.add('old');
  const record = {
    owner: { pid: process.pid, birth: 'another time', host: hostname() },
    name: 'old',
    folder: registration.folder,
  };
  const known = ownIdentity().birth !== undefined;
  await writeFile(join(registration.folder, 'session.json'), JSON.stringify(record));
  assert.equal((await registry.ofDeadOwners()).length, known ? 1 : 0);
  await writeFile(
    join(registration.folder, 'session.json'),
    JSON.stringify({ ...record, owner: { ...record.owner, host: 'another machine' } }),
  );
  assert.deepEqual(await registry.ofDeadOwners(), []);
  await writeFile(join(registration.folder, 'session.json'), JSON.stringify({ ...record, folder: tmpdir() }));
  assert.deepEqual(await registry.ofDeadOwners(), [], 'a record speaks for its own folder alone');
});

test('the dump of a crashed tab is in the session folder, and goes with it', { skip }, async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'gridrun-home-'));
  const before = process.env['XDG_CONFIG_HOME'];
  process.env['XDG_CONFIG_HOME'] = home.path;
  try {
    await using grid = await localGrid({ sessions: 1, registry });
    const { session, release } = await grid.openSession(request());
    const client = new WireClient(session.endpoint);
    const crash = client.send('POST', `/session/${session.sessionId}/url`, { url: 'chrome://crash' }, LIMITS);
    await assert.rejects(crash, (error) => error instanceof WireError && error.code === 'browser.tab-crashed');
    const [folder] = await readdir(registry.stateDir);
    const dumps = join(registry.stateDir, folder!, 'crash-dumps');
    const isDump = (name: string): boolean => name.endsWith('.dmp');
    // Chrome's crash handler is another process.
    while (!(await readdir(dumps, { recursive: true }).catch(() => [])).some(isDump)) await setImmediate();
    await release();
    await assertNothingLeft();
    assert.deepEqual((await readdir(home.path, { recursive: true })).filter(isDump), []);
  } finally {
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
  }
});
