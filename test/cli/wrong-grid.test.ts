import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';

const RUN = ['x.check.mjs', '--sites', 'sites.json', '--grid'];
const FILES = { 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('') };

/** The run is refused with this code: exit 2, no site was tried. Returns what it printed. */
async function refused(
  place: Workplace,
  url: string,
  code: string,
  {
    flags = [],
    env = {},
  }: { readonly flags?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const result = await place.run([...RUN, url, ...flags], { env });
  assert.equal(result.code, 2, result.stdout + result.stderr);
  assert.ok(result.stderr.includes(code), result.stderr);
  assert.deepEqual(await place.journal(), []);
  return result.stderr;
}

test('a wrong password ends the run at once with exit 2, and is not shown', async () => {
  await using stub = await startStub({ auth: 'bob:s3cret' });
  await using place = await Workplace.with(FILES);
  const printed = await refused(place, stub.url.replace('//', '//bob:wr0ngpass@'), 'grid.unauthorized');
  assert.doesNotMatch(printed, /wr0ngpass/);
  assert.equal(stub.stats.sessionsCreated, 0);
});

test('a redirect says where to, and a page is no grid: both end the run at once with exit 2', async () => {
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/moved/status') response.writeHead(301, { location: 'https://hub.example/status' }).end();
    else response.writeHead(200).end('<html>Welcome</html>');
  });
  await using place = await Workplace.with(FILES);
  assert.match(
    await refused(place, `${server.url}/moved`, 'grid.not-webdriver'),
    /HTTP 301, the server redirects to https:\/\/hub\.example\/status/,
  );
  assert.match(await refused(place, server.url, 'grid.not-webdriver'), /HTTP 200/);
});

/** A TLS server with a certificate that nobody has signed, for another host name if asked for. Counts its connections. */
async function selfSigned(
  place: Workplace,
  name: string,
): Promise<{ url: string; cert: string; connections: () => number } & AsyncDisposable> {
  const [key, cert] = [join(place.folder, 'key.pem'), join(place.folder, 'cert.pem')];
  const files = ['-keyout', key, '-out', cert];
  const asked = [
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
  ];
  execFileSync('openssl', ['req', '-x509', ...asked, ...files], { stdio: 'ignore' });
  let connections = 0;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end('{}'),
  );
  server.on('connection', () => void (connections += 1)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    cert,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

test(
  'a certificate that is not trusted, or for another name, ends the run at once with exit 2: one connection, no retry',
  { skip: spawnSync('openssl', ['version']).status !== 0 && 'needs openssl' },
  async () => {
    for (const [name, isTrusted, why] of [
      ['localhost', false, /self-signed certificate/],
      ['hub.example', true, /hub\.example/],
    ] as const) {
      await using place = await Workplace.with(FILES);
      await using server = await selfSigned(place, name);
      // A run that waits for the grid makes more connections, and ends with 3.
      const flags = ['--outage-timeout', '3000', '-j', '2'];
      const env = isTrusted ? { NODE_EXTRA_CA_CERTS: server.cert } : {};
      const printed = await refused(place, server.url, 'grid.certificate', { flags, env });
      assert.match(printed, why);
      assert.match(printed, /NODE_EXTRA_CA_CERTS/);
      assert.equal(server.connections(), 1);
      const { code, stdout } = await place.run(['doctor', '--json', '--grid', server.url], { env });
      assert.equal(code, 1, stdout);
      assert.match(stdout, /NODE_EXTRA_CA_CERTS/);
    }
  },
);

test('sites on loopback are refused if the nodes of the grid run elsewhere, and only then', async () => {
  const sites = JSON.stringify([{ id: 'a', url: 'http://shop.localhost:3000/' }]);
  await using place = await Workplace.with({ ...FILES, 'sites.json': sites });
  // The nodes of this stub have addresses of a container network, as behind a compose file.
  await using stub = await startStub({});
  const said = await refused(place, stub.url, 'grid.loopback-sites');
  assert.match(said, /http:\/\/shop\.localhost:3000\/ is on this machine, but .* run elsewhere, at http:\/\/172\.18\./);
  assert.match(said, /use --grid docker/);
  assert.equal(stub.stats.sessionsCreated, 0);
  const rules = JSON.stringify({ 'goog:chromeOptions': { args: ['--host-resolver-rules=MAP *.localhost 10.0.0.1'] } });
  const mapped = await place.run([...RUN, stub.url, '--capabilities', rules]);
  assert.equal(mapped.code, 0, mapped.stdout + mapped.stderr);
});
