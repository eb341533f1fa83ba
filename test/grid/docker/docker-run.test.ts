import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, type RunEvent } from '../../../src/index.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { leftovers, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };
const SITES = 80;

test(
  'the nodes of a run follow its work: up while sites wait, down when few are left, never to and fro',
  options,
  async () => {
    // The last sites are slow, so that the other nodes have nothing to do meanwhile.
    await using site = await loopbackSite((request, response) => {
      const slow = /^s7[89]\./.test(request.headers.host ?? '');
      setTimeout(
        () => response.setHeader('content-type', 'text/html').end('<!doctype html><title>site</title>'),
        slow ? 20_000 : 300,
      );
    });
    const list = Array.from({ length: SITES }, (_, index) => ({
      id: `s${index}`,
      url: `http://s${index}.localhost:${site.port}/`,
    }));
    await using place = await Workplace.with({
      'sites.json': JSON.stringify(list),
      'x.check.mjs': checkFile("await driver.get(site.url); assert.equal(await driver.getTitle(), 'site');"),
    });
    const handle = run({
      cwd: place.folder,
      sites: 'sites.json',
      checks: 'x.check.mjs',
      grid: 'docker',
      gridName: 'none-such',
      nodes: '1..4',
      chunkSize: 2,
    });
    const events: RunEvent[] = [];
    for await (const event of handle) events.push(event);
    const summary = await handle.summary;
    assert.deepEqual([summary.exitCode, summary.counts.passed], [0, SITES]);
    const scaled = events.flatMap((event) => (event.type === 'grid-scaled' ? [event] : []));
    const counts = scaled.map(({ nodes }) => nodes);
    assert.equal(counts[0], 1);
    assert.ok(Math.max(...counts) >= 3, String(counts));
    assert.ok(counts.at(-1)! < Math.max(...counts), String(counts));
    const top = counts.indexOf(Math.max(...counts));
    const rising = counts.slice(0, top + 1);
    const falling = counts.slice(top);
    assert.deepEqual([rising, falling], [rising.toSorted((a, b) => a - b), falling.toSorted((a, b) => b - a)]);
    assert.deepEqual(await leftovers(), []);
  },
);
