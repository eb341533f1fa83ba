import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Session, WebDriver } from 'selenium-webdriver';
import { ExecutionClient, type ExecutionClientOptions } from '../../src/wire/execution-client.ts';
import { RevokedError, WireError } from '../../src/wire/wire-error.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';

const { Executor } = createRequire(import.meta.url)(
  'selenium-webdriver/http',
) as typeof import('selenium-webdriver/http.js');

function driverOn(options: ExecutionClientOptions): { client: ExecutionClient; driver: WebDriver } {
  const client = new ExecutionClient(options);
  const executor = new Executor(client);
  return { client, driver: new WebDriver(new Session('s1', {}), executor) };
}

test('selenium-webdriver runs on it', async () => {
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/session/s1/title') answerValue(response, 'a title');
    else answerValue(response, { error: 'no such element', message: 'no such element: #x', stacktrace: '' }, 404);
  });
  const { client, driver } = driverOn({ endpoint: server.url, deadlineMs: 10_000 });
  assert.equal(await driver.getTitle(), 'a title');
  await assert.rejects(async () => await driver.findElement({ css: '#x' }), { name: 'NoSuchElementError' });
  assert.equal(client.pendingCount, 0);
});

test('a hook answers quit without sending it', async () => {
  const seen: string[] = [];
  await using server = await startHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answerValue(response, null);
  });
  const onCommand = (method: string, path: string) =>
    method === 'DELETE' && path === '/session/s1' ? { answer: null } : 'send';
  const { driver } = driverOn({ endpoint: server.url, deadlineMs: 10_000, onCommand });
  await driver.get('http://site.example/');
  await driver.quit();
  assert.deepEqual(seen, ['POST /session/s1/url']);
});

test('after its revocation pending and later commands reject, and nothing is sent', async () => {
  const arrived = Promise.withResolvers<void>();
  let count = 0;
  await using server = await startHttpServer(() => {
    count += 1;
    arrived.resolve();
  });
  const { client, driver } = driverOn({ endpoint: server.url, deadlineMs: 10_000 });
  const pending = driver.get('http://site.example/');
  await arrived.promise;
  assert.equal(client.pendingCount, 1);
  client.revoke('its site had ended');
  await assert.rejects(
    pending,
    (error) => error instanceof RevokedError && error.message === 'POST /url came after its site had ended',
  );
  await assert.rejects(driver.getTitle(), RevokedError);
  assert.equal(client.pendingCount, 0);
  assert.equal(client.revoked, true);
  assert.equal(count, 1);
});

test('its signal revokes it; its deadline ends one command', async () => {
  await using server = await startHttpServer(() => {});
  const stop = new AbortController();
  const { client, driver } = driverOn({ endpoint: server.url, deadlineMs: 20, signal: stop.signal });
  await assert.rejects(driver.getTitle(), (error) => error instanceof WireError && error.code === 'grid.no-answer');
  assert.equal(client.revoked, false);
  stop.abort();
  await assert.rejects(driver.getTitle(), RevokedError);
});
