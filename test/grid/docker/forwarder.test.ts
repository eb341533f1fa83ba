import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsForwarder, openForwarder } from '../../../src/grid/docker/forwarder.ts';

const NO_NAMES = new Map<string, string>();
const NETWORK = { gateway: '127.0.0.1', subnet: '127.0.0.1/8' };

test('a site of another host on a port of the grid gets a rule of its own, and needs no door', async () => {
  const url = 'https://qa.example.com:4444/login';
  assert.equal(needsForwarder(url, NO_NAMES), true);
  await using forwarder = await openForwarder([url], NETWORK, NO_NAMES);
  assert.deepEqual(forwarder.chromeFlags, [
    { name: '--host-resolver-rules', separator: ' , ', value: 'MAP qa.example.com:4444 qa.example.com:4444' },
  ]);
});

test('a site of this machine gets a door, whatever its port; any other needs nothing', async () => {
  await using forwarder = await openForwarder(['http://a.localhost:5555/'], NETWORK, NO_NAMES);
  const [rules, spaces] = forwarder.chromeFlags;
  assert.match(rules?.value ?? '', /^MAP a\.localhost:5555 127\.0\.0\.1:\d+$/);
  assert.match(spaces?.value ?? '', /^127\.0\.0\.1:\d+=public$/);
  for (const url of ['https://qa.example.com/', 'https://qa.example.com:8443/'])
    assert.equal(needsForwarder(url, NO_NAMES), false);
});

test('0.0.0.0 and [::], which development servers print, are this machine', async () => {
  for (const host of ['0.0.0.0', '[::]']) {
    assert.equal(needsForwarder(`http://${host}:3000/`, NO_NAMES), true);
    await using forwarder = await openForwarder([`http://${host}:3000/`], NETWORK, NO_NAMES);
    const rule = forwarder.chromeFlags[0]?.value ?? '';
    assert.ok(rule.startsWith(`MAP ${host}:3000 127.0.0.1:`), rule);
  }
});

test('a site in a private network is let through by its address; any other site needs no rule', async () => {
  await using forwarder = await openForwarder(
    ['http://10.1.2.3/', 'http://172.17.0.1:3000/', 'http://[fd00::7]/'],
    NETWORK,
    NO_NAMES,
  );
  assert.deepEqual(forwarder.chromeFlags, [
    {
      name: '--host-resolver-rules',
      separator: ' , ',
      value: 'MAP 10.1.2.3 10.1.2.3 , MAP 172.17.0.1:3000 172.17.0.1:3000 , MAP [fd00::7] [fd00::7]',
    },
  ]);
  for (const url of ['http://8.8.8.8/', 'http://172.32.0.1/', 'https://10.example.com/'])
    assert.equal(needsForwarder(url, NO_NAMES), false, url);
});

test('a name that only the hosts file has gets a door if it is on loopback, and else its address', async () => {
  const names = new Map([
    ['shop.test', '127.0.0.1'],
    ['erp.test', '10.1.2.3'],
    ['six.test', 'fd00::7'],
  ]);
  const urls = ['http://shop.test:3000/', 'https://erp.test/', 'http://six.test/'];
  for (const url of urls) assert.ok(needsForwarder(url, names), url);
  await using forwarder = await openForwarder(urls, NETWORK, names);
  assert.match(
    forwarder.chromeFlags[0]?.value ?? '',
    /^MAP erp\.test 10\.1\.2\.3 , MAP six\.test \[fd00::7\] , MAP shop\.test:3000 127\.0\.0\.1:\d+$/,
  );
});
