import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domainOf, hostOf, isLocal } from '../../src/plan/hosts.ts';

describe('hosts and domains', () => {
  it('come from the URL without port, path or credentials', () => {
    const urls = [
      'https://a.example/',
      'http://a.example:80/x@y',
      'http://[::1]:8080/',
      'https://A.example?x',
      'https://anna@a.example/',
    ];
    assert.deepEqual(urls.map(hostOf), ['a.example', 'a.example', '[::1]', 'a.example', 'a.example']);
  });

  it('count private suffixes', () => {
    const urls = [
      'https://a.b.example.co.uk/',
      'https://anna.github.io/',
      'https://berta.github.io/',
      'https://127.0.0.1/',
      'https://demo.localhost/',
      'https://[::1]/',
      'https://co.uk/',
    ];
    assert.deepEqual(urls.map(domainOf), [
      'example.co.uk',
      'anna.github.io',
      'berta.github.io',
      '127.0.0.1',
      'demo.localhost',
      '[::1]',
      'co.uk',
    ]);
  });

  it('are local by loopback and private addresses and names of localhost', () => {
    const local = [
      'localhost',
      'demo.localhost',
      'localhost.',
      '127.0.0.1',
      '127.9.9.9',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.1.1',
      '0.0.0.0',
      '[::1]',
      '[::]',
      '[fd00::1]',
      '[fe80::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
    ];
    const remote = [
      'example.com',
      'notlocalhost',
      '172.32.0.1',
      '8.8.8.8',
      '[2001:db8::1]',
      '[::ffff:8.8.8.8]',
      'localhost.example.com',
      '11.0.0.1',
    ];
    assert.deepEqual(
      local.filter((host) => !isLocal(host)),
      [],
    );
    assert.deepEqual(remote.filter(isLocal), []);
  });
});
