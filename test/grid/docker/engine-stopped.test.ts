import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downAllDead } from '../../../src/grid/docker/down.ts';
import { EngineProxy } from '../../docker-chaos/engine-proxy.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { docker, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };

test(
  'an engine that stops in a run ends it with its name, and the next start removes what it left',
  options,
  async () => {
    await using site = await loopbackSite((_request, response) => {
      setTimeout(() => response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>'), 300);
    });
    const list = Array.from({ length: 200 }, (_, index) => `http://s${index}.localhost:${site.port}/`);
    await using place = await Workplace.with({
      'sites.txt': list.join('\n'),
      'x.check.mjs': checkFile("await driver.get(site.url); assert.equal(await driver.getTitle(), 'site');"),
    });
    await using proxy = await EngineProxy.open();
    const args = [
      'x.check.mjs',
      '--sites',
      'sites.txt',
      '--grid',
      'docker',
      '--grid-name',
      'none-such',
      '--nodes',
      '1',
    ];
    const running = place.start(args, { env: { DOCKER_HOST: proxy.address } });
    await running.event(({ type }) => type === 'site-judged');
    const owner = `"pid":${running.process.pid},`;
    const ours = async (): Promise<string[]> =>
      (await docker.listContainers({ all: true, filters: { label: ['io.gridrun.owner'] } }))
        .filter(({ Labels }) => Labels['io.gridrun.owner']?.includes(owner))
        .map(({ Id }) => Id);
    // As an engine does that stops: it ends its containers, and then nothing answers.
    proxy.stop();
    await Promise.all((await ours()).map(async (id) => void (await docker.getContainer(id).kill())));
    const { code, stdout } = await running.ended;
    assert.equal(code, 3, stdout);
    assert.match(
      stdout,
      /the Docker engine stopped during the run, and the grid with it: no Docker engine answers at unix:/,
    );
    const { sites } = await place.results();
    // One incident: what was not tried is not-run, and says why.
    const untried = sites.filter(({ verdict }) => verdict === 'not-run');
    assert.ok(untried.length > 0);
    for (const { checks } of untried) assert.match(checks[0]?.reason ?? '', /the Docker engine stopped during the run/);
    const causes = new Set(sites.flatMap(({ cause }) => cause ?? []));
    assert.ok(
      [...causes].every((cause) => cause === 'grid'),
      [...causes].join(),
    );
    assert.equal(sites.length, list.length);
    assert.equal((await ours()).length, 2);
    assert.ok((await downAllDead()).length >= 1);
    assert.deepEqual(await ours(), []);
  },
);
