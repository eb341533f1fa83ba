import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { GridrunError } from '../../src/core/fault.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';

const LIMITS = { deadlineMs: 10_000 };

function wireError(check: (error: WireError) => void) {
  return (error: unknown): true => {
    assert.ok(error instanceof WireError && error instanceof GridrunError);
    check(error);
    return true;
  };
}

test('a command returns its value; it goes below the prefix, with the charset that a Grid needs', async () => {
  let seen: IncomingMessage | undefined;
  await using server = await startHttpServer((request, response) => {
    seen = request;
    answerValue(response, { ok: 1 });
  });
  const client = new WireClient(`${server.url.replace('//', '//bob:s3cret@')}/wd/hub`);
  assert.deepEqual(await client.send('POST', '/session/1/url', undefined, LIMITS), { ok: 1 });
  assert.equal(seen?.url, '/wd/hub/session/1/url');
  assert.equal(seen?.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(seen?.headers.authorization, `Basic ${btoa('bob:s3cret')}`);
});

test('commands share their connections', async () => {
  const sockets = new Set<unknown>();
  await using server = await startHttpServer((request, response) => {
    sockets.add(request.socket);
    answerValue(response, null);
  });
  const client = new WireClient(server.url);
  for (let count = 0; count < 10; count += 1) await client.send('GET', '/status', undefined, LIMITS);
  // A connection is free a moment after its reply was read, so there may be two, but never one per command.
  assert.ok(sockets.size <= 2, `${sockets.size} connections`);
});

test('an error has the W3C code, the command, and no credentials in any part of it', async () => {
  await using server = await startHttpServer((request, response) => {
    answerValue(
      response,
      {
        error: 'no such window',
        message: `no such window: http://bob:s3cret@x\n  (Session info: chrome=1)`,
        stacktrace: '#0 0x1',
      },
      404,
    );
  });
  const client = new WireClient(server.url.replace('//', '//bob:s3cret@'));
  await assert.rejects(
    client.send('GET', '/session/1/title', undefined, LIMITS),
    wireError((error) => {
      assert.equal(error.wireCode, 'no such window');
      assert.equal(error.message, `GET ${server.url}/session/1/title: no such window: http://x`);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cret/);
    }),
  );
});

test('refused credentials, pages instead of replies, and servers that are down have different codes', async () => {
  await using server = await startHttpServer((request, response) => {
    const status = Number(request.url!.slice(1));
    response.writeHead(status).end('<html>no</html>');
  });
  const client = new WireClient(server.url);
  for (const [status, code] of [
    [401, 'grid.unauthorized'],
    [403, 'grid.unauthorized'],
    [408, 'grid.unreachable'],
    [425, 'grid.unreachable'],
    [429, 'grid.unreachable'],
    [301, 'grid.not-webdriver'],
    [404, 'grid.not-webdriver'],
    [200, 'grid.not-webdriver'],
    [502, 'grid.unreachable'],
  ] as const) {
    await assert.rejects(
      client.send('GET', `/${status}`, undefined, LIMITS),
      wireError((error) => {
        assert.equal(error.code, code);
        assert.match(error.message, new RegExp(`HTTP ${status}`));
      }),
    );
  }
});

test('a redirect names its target without credentials, and Retry-After is read as seconds or as a date', async () => {
  const later = new Date(Date.now() + 60_000).toUTCString();
  await using server = await startHttpServer((request, response) => {
    const after = request.url === '/date' ? later : request.url === '/seconds' ? '7' : 'soon';
    if (request.url === '/moved') response.writeHead(308, { location: 'https://bob:s3cret@hub.example/wd' }).end();
    else response.writeHead(429, { 'retry-after': after }).end();
  });
  const client = new WireClient(server.url);
  const errorOf = async (path: string): Promise<WireError> =>
    await client.send('GET', path, undefined, LIMITS).then(
      () => assert.fail(),
      (error: unknown) => error as WireError,
    );
  assert.match((await errorOf('/moved')).message, /HTTP 308, the server redirects to https:\/\/hub\.example\/wd/);
  assert.equal((await errorOf('/seconds')).retryAfterMs, 7_000);
  const byDate = (await errorOf('/date')).retryAfterMs ?? 0;
  assert.ok(byDate > 0 && byDate <= 60_000, String(byDate));
  assert.equal((await errorOf('/never')).retryAfterMs, undefined);
});

test('a command ends at its deadline, and with its signal', async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = await startHttpServer(() => arrived.resolve());
  const client = new WireClient(server.url);
  await assert.rejects(
    client.send('GET', '/', undefined, { deadlineMs: 20 }),
    wireError((error) => assert.equal(error.code, 'grid.no-answer')),
  );
  const stop = new AbortController();
  const pending = client.send('POST', '/session', {}, { deadlineMs: 10_000, signal: stop.signal });
  await arrived.promise;
  stop.abort();
  await assert.rejects(
    pending,
    wireError((error) => assert.equal(error.code, 'runner.stopped')),
  );
  await assert.rejects(
    client.send('GET', '/', undefined, { ...LIMITS, signal: stop.signal }),
    wireError((error) => assert.equal(error.wireCode, 'aborted')),
  );
});

test('a GET whose connection is reset is sent again once; a POST never', async () => {
  const seen: string[] = [];
  await using server = await startHttpServer((request) => {
    seen.push(request.method!);
    request.socket.destroy();
  });
  const client = new WireClient(server.url);
  await assert.rejects(
    client.send('GET', '/status', undefined, LIMITS),
    wireError((error) => assert.equal(error.code, 'grid.unreachable')),
  );
  assert.deepEqual(seen.splice(0), ['GET', 'GET']);
  for (const path of ['/session', '/session/1/url']) {
    await assert.rejects(
      client.send('POST', path, {}, LIMITS),
      wireError((error) => assert.equal(error.mayBeDone, true)),
    );
    assert.deepEqual(seen.splice(0), ['POST']);
  }
});

test('a port without a server is reported, and the command was surely not carried out', async () => {
  const server = await startHttpServer(() => {});
  await server[Symbol.asyncDispose]();
  await assert.rejects(
    new WireClient(server.url).send('POST', '/session', {}, LIMITS),
    wireError((error) => {
      assert.equal(error.wireCode, 'ECONNREFUSED');
      assert.equal(error.code, 'grid.unreachable');
      assert.equal(error.mayBeDone, false);
    }),
  );
});

test('many commands on one signal leave no warning', async () => {
  await using server = await startHttpServer((_request, response) => answerValue(response, null));
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const client = new WireClient(server.url);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 50 }, () => client.send('GET', '/', undefined, { ...LIMITS, signal })));
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});
