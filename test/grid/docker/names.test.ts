import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openEngine } from '../../../src/grid/docker/engine.ts';
import { gridNetwork } from '../../../src/grid/docker/network.ts';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { gridName, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

/** Runs a program with the file `hosts` of its folder as the hosts file of the machine. */
const OWN_HOSTS = `exec unshare --mount sh -c 'mount --bind hosts /etc/hosts && exec "$@"' sh "$@"`;
const isAllowed = spawnSync('unshare', ['--mount', 'true']).status === 0;
const options = {
  skip: isAllowed ? missing('docker') : 'needs the right to make a mount namespace',
  timeout: 300_000,
};

test(
  'names of the hosts file are reached from the nodes, and no site is blamed for an address of their network',
  options,
  async () => {
    await using named = gridName();
    const { name } = named;
    await gridUp({ name, nodes: 1, sessionsPerNode: 1, port: 0 });
    const { gateway } = await gridNetwork(await openEngine(), `gridrun-${name}-hub`);
    const page = '<!doctype html><title>site</title>';
    await using here = await loopbackSite((_request, response) =>
      response.setHeader('content-type', 'text/html').end(page),
    );
    const inside = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page));
    await once(inside.listen(0, gateway), 'listening');
    const nobody = gateway.replace(/\.\d+$/, '.250');
    await using place = await Workplace.with({
      hosts: `127.0.0.1 localhost shop.test\n${gateway} erp.test\n`,
      'sites.json': JSON.stringify([
        { id: 'loopback', url: `http://shop.test:${here.port}/` },
        { id: 'private', url: `http://erp.test:${(inside.address() as AddressInfo).port}/` },
        { id: 'nobody', url: `http://${nobody}:8080/` },
      ]),
      'x.check.mjs': checkFile("await driver.get(site.url); assert.equal(await driver.getTitle(), 'site');"),
    });
    const args = ['x.check.mjs', '--sites', 'sites.json', '--grid', 'docker', '--grid-name', name];
    const { stdout } = await place.run(args, { shell: OWN_HOSTS });
    inside.closeAllConnections();
    inside.close();
    const sites = new Map((await place.results()).sites.map((site) => [site.id, site]));
    assert.deepEqual([sites.get('loopback')?.verdict, sites.get('private')?.verdict], ['passed', 'passed'], stdout);
    const lost = sites.get('nobody');
    assert.deepEqual(
      [lost?.verdict, lost?.cause, lost?.checks[0]?.fault?.code],
      ['errored', 'runner', 'grid.loopback-sites'],
    );
    assert.match(lost?.checks[0]?.fault?.message ?? '', /is an address of the network \S+ of the grid's containers/);
  },
);
