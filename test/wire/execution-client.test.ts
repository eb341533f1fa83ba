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
  const { driver } = driverOn({ endpoint: server.url, deadlineMs: 10_000 });
  assert.equal(await driver.getTitle(), 'a title');
  await assert.rejects(async () => await driver.findElement({ css: '#x' }), { name: 'NoSuchElementError' });
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
  client.revoke();
  await assert.rejects(
    pending,
    (error) => error instanceof RevokedError && error.message === 'POST /url came after its site had ended',
  );
  await assert.rejects(driver.getTitle(), RevokedError);
  assert.equal(count, 1);
});

test('its deadline ends one command, its revocation all', async () => {
  await using server = await startHttpServer(() => {});
  const { client, driver } = driverOn({ endpoint: server.url, deadlineMs: 20 });
  await assert.rejects(driver.getTitle(), (error) => error instanceof WireError && error.code === 'grid.no-answer');
  client.revoke();
  await assert.rejects(driver.getTitle(), RevokedError);
});
