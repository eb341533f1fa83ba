import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { pack } from 'tar-stream';
import { openEngine } from '../../../src/grid/docker/engine.ts';
import { ensureOwnImage } from '../../../src/grid/docker/image.ts';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { findDockerGrid } from '../../../src/grid/docker/open-grid.ts';
import { run, type RunEvent } from '../../../src/index.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { docker, gridName, inContainer, leftovers, loopbackSite, ofGrid } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };

test(
  'every container has a user, no capabilities and limits; the grid’s secrets are in files of their user and nowhere else',
  options,
  async () => {
    await using named = gridName();
    const progress: string[] = [];
    const up = await gridUp({
      name: named.name,
      nodes: 2,
      sessionsPerNode: 2,
      port: 0,
      onProgress: (line) => void progress.push(line),
    });
    const password = decodeURIComponent(new URL(up.url).password);
    const { containers } = await ofGrid(named.name);
    assert.equal(containers.length, 3);
    const seen: string[] = [...progress, ...up.notices, up.shown];
    for (const name of containers) {
      const facts = await docker.getContainer(name).inspect();
      assert.equal(facts.Config.User, '1200:1201');
      assert.deepEqual(facts.HostConfig.CapDrop, ['ALL']);
      assert.equal(facts.HostConfig.Privileged, false);
      assert.ok(facts.HostConfig.SecurityOpt?.includes('no-new-privileges'));
      assert.ok((facts.HostConfig.Memory ?? 0) > 0 && (facts.HostConfig.PidsLimit ?? 0) > 0);
      if (name.includes('node')) {
        assert.equal(facts.HostConfig.ShmSize, 512 * 1024 * 1024);
        assert.ok(facts.HostConfig.SecurityOpt?.some((option: string) => option.startsWith('seccomp={')));
      } else {
        assert.deepEqual(facts.HostConfig.PortBindings['4444/tcp'], [
          { HostIp: '127.0.0.1', HostPort: new URL(up.url).port },
        ]);
        assert.deepEqual(Object.keys(facts.HostConfig.PortBindings), ['4444/tcp']);
      }
      assert.match(
        await inContainer(name, [
          'bash',
          '-c',
          'grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/1/status | tr -d "\\t\\n"',
        ]),
        /CapEff:0{16}NoNewPrivs:1Seccomp:2/,
      );
      seen.push(JSON.stringify(facts), JSON.stringify(await docker.getContainer(name).top()));
      seen.push((await docker.getContainer(name).logs({ stdout: true, stderr: true })).toString('latin1'));
      seen.push(await inContainer(name, ['bash', '-c', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null']));
      const files = await inContainer(name, [
        'bash',
        '-c',
        `grep -rlsF -e ${password} -e ${up.registration} / --exclude-dir=proc --exclude-dir=sys; find /opt/gridrun/secret /tmp/gridrun -name '*secret*' -perm /077`,
      ]);
      assert.deepEqual(
        files.trim().split('\n').sort(),
        name.includes('node')
          ? ['/opt/gridrun/secret/registration-secret', '/tmp/gridrun/secret.toml']
          : [
              '/opt/gridrun/secret/registration-secret',
              '/opt/gridrun/secret/router-password',
              '/tmp/gridrun/secret.toml',
            ],
      );
    }
    for (const place of seen) {
      assert.ok(!place.includes(password) && !place.includes(up.registration), place.slice(0, 200));
    }
    const node = containers.find((name) => name.includes('node'))!;
    const filled = await inContainer(node, ['bash', '-c', 'fallocate -l 3G /tmp/full']);
    assert.match(filled, /No space left on device/);
    const home = await inContainer(node, [
      'bash',
      '-c',
      'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep ^HOME=/tmp/',
    ]);
    assert.match(home, /^HOME=\/tmp\/gridrun\/home$/m);
    assert.equal((await fetch(`${up.shown}/status`)).status, 401);
    assert.equal((await findDockerGrid(named.name, await openEngine()))?.access.url, up.url);
  },
);

test('the image has the Selenium server once: no later layer has a copy of it', options, async () => {
  const { ref } = await ensureOwnImage(await openEngine());
  const layers = (await docker.getImage(ref).history()) as { readonly CreatedBy: string; readonly Size: number }[];
  // Neither the base nor the packages.
  const ours = layers.slice(
    0,
    layers.findIndex(({ CreatedBy }) => CreatedBy.includes('apt-get')),
  );
  assert.ok(ours.length > 5 && ours.every(({ Size }) => Size < 1024 * 1024), JSON.stringify(ours));
  assert.equal(layers.filter(({ CreatedBy, Size }) => CreatedBy.includes('COPY') && Size > 50_000_000).length, 1);
});

test('other images are started like the official ones, and a run on them passes', options, async () => {
  const image = await ensureOwnImage(await openEngine());
  const tag = `gridrun-test-${randomBytes(4).toString('hex')}`;
  try {
    // Like the official images: with its own command, SE_* variables only, and without our label.
    for (const role of ['hub', 'node'])
      await build(`${tag}:${role}`, `FROM ${image.ref}\nLABEL io.gridrun.image=""\nCMD ["${role}"]\n`);
    await using site = await loopbackSite((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>'),
    );
    await using place = await Workplace.with({
      'sites.json': JSON.stringify([{ id: 'a', url: `http://a.localhost:${site.port}/` }]),
      'x.check.mjs': checkFile("await driver.get(site.url); assert.equal(await driver.getTitle(), 'site');"),
    });
    const handle = run({
      cwd: place.folder,
      sites: 'sites.json',
      checks: 'x.check.mjs',
      grid: 'docker',
      gridName: 'none-such',
      nodes: 1,
      image: `${tag}:node`,
      hubImage: `${tag}:hub`,
    });
    const events: RunEvent[] = [];
    for await (const event of handle) events.push(event);
    assert.equal((await handle.summary).exitCode, 0);
    assert.ok(events.some((event) => event.type === 'notice' && event.text.includes('not tested')));
  } finally {
    for (const role of ['hub', 'node'])
      await docker
        .getImage(`${tag}:${role}`)
        .remove({ force: true })
        .catch(() => {});
  }
  assert.deepEqual(await leftovers(), []);
});

async function build(tag: string, dockerfile: string): Promise<void> {
  const context = pack();
  context.entry({ name: 'Dockerfile' }, dockerfile);
  context.finalize();
  const output = await text(await docker.buildImage(Readable.from(context), { t: tag, forcerm: true }));
  assert.ok(!output.includes('errorDetail'), output);
}
