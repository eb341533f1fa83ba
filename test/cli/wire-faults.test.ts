import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub, type StubFault, type StubRequest } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';
import { ODD_ANSWERS } from '../support/odd-answers.ts';
import { failingIf, startStubForBuild, withBuild } from '../support/stub-extension.ts';

const RUN = ['x.check.mjs', '--sites', 'sites.json', '--grid'];

const { idless, wrongId: _ofPostsOnly, ...ODD_OF_COMMANDS } = ODD_ANSWERS;
const ODD: Readonly<Record<string, StubFault>> = { ...ODD_OF_COMMANDS, lost: 'lost-answer' };
const COMMANDS: Readonly<Record<string, string>> = { url: 'POST url', find: 'POST element', title: 'GET title' };

/** What is odd about a request, by the name of the site: `busy-find.example` gets a 429 for its `POST element`. */
function oddOf({ command, url, body }: StubRequest): string | undefined {
  const [, kind, where] =
    /^https:\/\/(\w+)-(\w+)\.example/.exec(String(command === 'POST url' ? body['url'] : url)) ?? [];
  return kind !== undefined && where !== undefined && COMMANDS[where] === command ? `${kind}-${where}` : undefined;
}

const VISIT = `
await driver.get(site.url);
await driver.findElement({ css: 'body' });
await driver.getTitle();
`;

test('a command that the wire lost ends the attempt as the grid’s, and the site is tried again', async () => {
  const left = new Map<string, number>();
  const names = Object.keys(ODD).flatMap((kind) => Object.keys(COMMANDS).map((where) => `${kind}-${where}`));
  // A GET whose connection was cut is sent again once, so that is not an error yet.
  for (const name of names) left.set(name, /^(reset|lost)-title$/.test(name) ? 2 : 1);
  await using stub = await startStub({
    sessionsPerNode: 8,
    faults: (request) => {
      const name = oddOf(request);
      const times = left.get(name ?? '') ?? 0;
      if (name === undefined || times === 0) return undefined;
      left.set(name, times - 1);
      return ODD[name.split('-')[0]!];
    },
  });
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': checkFile(VISIT) });
  const { code, stdout } = await place.run([...RUN, stub.url, '-j', '6', '--evidence', 'none']);
  assert.equal(code, 0, stdout);
  const attempts = (await place.journal()).flatMap((event) => (event.type === 'attempt-ended' ? [event.attempt] : []));
  for (const name of names) {
    const ended = attempts.filter(({ siteId }) => siteId === name);
    const seen = ended.map(({ ending, fault }) => [ending, fault?.cause]);
    assert.deepEqual(
      seen,
      [
        ['faulted', 'grid'],
        ['completed', undefined],
      ],
      name,
    );
  }
  assert.equal(stub.sessions().length, 0);
});

test('a site whose commands the wire loses each time is errored, cause grid, and the status is in the message', async () => {
  await using stub = await startStub({
    sessionsPerNode: 8,
    faults: (request) => {
      const name = oddOf(request);
      return name === undefined ? undefined : ODD[name.split('-')[0]!];
    },
  });
  const names = ['busy-url', 'gateway-find', 'forbidden-title', 'moved-url', 'good'];
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': checkFile(VISIT) });
  const { code, stdout } = await place.run([...RUN, stub.url, '-j', '5']);
  assert.equal(code, 3, stdout);
  const sites = (await place.results()).sites;
  assert.deepEqual(
    sites.map(({ id, verdict, cause, attempts }) => [id, verdict, cause, attempts]),
    [...names.slice(0, 4).map((id) => [id, 'errored', 'grid', 3]), ['good', 'passed', undefined, 1]],
  );
  const junit = await place.read('gridrun-results/junit.xml');
  for (const words of [
    /HTTP 429/,
    /HTTP 502/,
    /HTTP 403/,
    /HTTP 302, the server redirects to https:\/\/login\.example/,
  ])
    assert.match(junit, words);
});

test('a command that is never answered, though a later one is, ends the attempt as the grid’s', async () => {
  const silent = new Set(['url', 'find', 'title', 'site-time']);
  await using stub = await startStub({
    sessionsPerNode: 8,
    faults: ({ command, url, body }) => {
      const [, name = ''] = /^https:\/\/([\w-]+)\./.exec(String(command === 'POST url' ? body['url'] : url)) ?? [];
      const target = COMMANDS[name] ?? 'GET title';
      return command === target && silent.delete(name) ? 'no-answer' : undefined;
    },
  });
  const names = [...silent, 'good'];
  const suite = `
import { driver, site } from 'gridrun/check';
it('works', async function () {
  if (site.id === 'site-time') this.timeout(0);
  ${VISIT}
});`;
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': suite });
  const flags = ['-j', '5', '--evidence', 'none', '--timeout', '1000', '--site-timeout', '4000'];
  const { code, stdout } = await place.run([...RUN, stub.url, ...flags]);
  assert.equal(code, 0, stdout);
  const attempts = (await place.journal()).flatMap((event) => (event.type === 'attempt-ended' ? [event.attempt] : []));
  assert.deepEqual(
    names.map((name) => [name, ...attempts.filter(({ siteId }) => siteId === name).map(({ fault }) => fault?.code)]),
    [...names.slice(0, 4).map((name) => [name, 'grid.no-answer', undefined]), ['good', undefined]],
  );
  assert.equal(stub.sessions().length, 0);
});

test('an error of the wire is known in whatever a check made of it', async () => {
  const how: Readonly<Record<string, string>> = {
    cause: "throw new Error('no title', { cause: error });",
    deep: "throw new TypeError('no', { cause: new Error('no title', { cause: error }) });",
    any: "throw new AggregateError([new Error('first'), error]);",
    text: "throw new Error('no title: ' + error.message);",
    assertion: 'await assert.doesNotReject(Promise.reject(error));',
    hook: '',
  };
  const suite = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
beforeEach(async () => { await driver.get(site.url); if (site.id === 'hook') await driver.getTitle(); });
it('works', async () => {
  try { await driver.getTitle(); } catch (error) {
    switch (site.id) { ${Object.entries(how)
      .map(([id, body]) => `case '${id}': ${body} break;`)
      .join('\n')} }
  }
  if (site.id === 'own') throw new Error('its own words');
});
`;
  const odd = new Set(Object.keys(how));
  await using stub = await startStub({
    sessionsPerNode: 8,
    faults: ({ command, url }) =>
      command === 'GET title' && odd.delete(new URL(url ?? '').hostname.split('.')[0]!) ? ODD['busy'] : undefined,
  });
  const names = [...Object.keys(how), 'own'];
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': suite });
  const { code, stdout } = await place.run([...RUN, stub.url, '-j', '6', '--evidence', 'none']);
  assert.equal(code, 1, stdout);
  assert.deepEqual(
    (await place.results()).sites.map(({ id, verdict, attempts }) => [id, verdict, attempts]),
    [...Object.keys(how).map((id) => [id, 'passed', 2]), ['own', 'failed', 1]],
  );
});

test('odd answers to POST /session cost no site: the other sessions work, and the grid is asked again', async () => {
  const kinds = ['page', 'cut', 'empty', 'forbidden', 'busy', 'lost'];
  let posts = 0;
  await using stub = await startStub({
    // Every second request, once a session was open.
    faults: ({ command }) =>
      command === 'POST session' && ++posts % 2 === 0 ? ODD[kinds[posts / 2 - 1] ?? ''] : undefined,
  });
  const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': checkFile(VISIT) });
  const flags = ['-j', '2', '--isolation', 'session', '--evidence', 'none'];
  const { code, stdout } = await place.run([...RUN, stub.url, ...flags]);
  assert.equal(code, 0, stdout);
  assert.equal(stub.stats.faults, kinds.length);
  assert.equal(stub.sessions().length, 0);
});

test('sessions that the grid made or kept behind an odd reply are used or ended, and no record stays', async () => {
  const done = (fault: StubFault | undefined): StubFault | undefined =>
    typeof fault === 'object' ? { ...fault, done: true } : fault;
  const kinds = ['page', 'cut', 'empty', 'busy', 'forbidden', 'idless'];
  const odd: Readonly<Record<string, StubFault>> = { ...ODD, idless };
  let [posts, deletes] = [0, 0];
  await using stub = await startStub({
    faults: ({ command }) => {
      if (command === 'POST session') return done(odd[kinds[posts++] ?? '']);
      return command === 'DELETE session' ? odd[['busy', 'forbidden', 'gateway', 'page'][deletes++] ?? ''] : undefined;
    },
  });
  const names = Array.from({ length: 6 }, (_, index) => `s${index}`);
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': checkFile(VISIT) });
  const flags = ['-j', '2', '--isolation', 'session', '--evidence', 'none'];
  const { code, stdout } = await place.run([...RUN, stub.url, ...flags], { env: { TMPDIR: place.folder } });
  assert.equal(code, 0, stdout);
  assert.equal(stub.sessions().length, 0);
  const state = (await readdir(place.folder)).find((name) => name.startsWith('gridrun-') && name !== 'gridrun-results');
  assert.deepEqual(await readdir(join(place.folder, state ?? '')), []);
});

test('a websocket frame that is no JSON object ends its connection, not the run', async () => {
  const frames = ['null', '[]', '7', 'not json'];
  let commands = 0;
  await using stub = await startStub({
    sessionsPerNode: 8,
    bidi: true,
    bidiFrame: () => (++commands % 3 === 0 ? frames.pop() : undefined),
  });
  const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
  await using place = await Workplace.with({ 'sites.json': siteList(...names), 'x.check.mjs': checkFile(VISIT) });
  const { code, stdout } = await place.run([...RUN, stub.url, '-j', '2']);
  assert.equal(code, 0, stdout);
  assert.deepEqual(frames, []);
  assert.equal(stub.sessions().length, 0);
});

test('a browser that answers nothing sensible while the extension is loaded is no bug of gridrun', async () => {
  for (const result of [null, 'x', { contexts: 1, targetInfos: {}, extensions: [null], result: { extensions: 'x' } }]) {
    await using stub = await startStubForBuild({
      bidiFrame: (_method, id) => JSON.stringify({ type: 'success', id, result }),
    });
    await using place = await withBuild({ 'sites.json': siteList('a'), 'x.check.mjs': failingIf('false') });
    const { code, stderr } = await place.run([
      'x.check.mjs',
      '--sites=sites.json',
      '--grid',
      stub.url,
      '--extension=build',
    ]);
    assert.ok(code === 2 || code === 3, `${code}: ${stderr}`);
    assert.doesNotMatch(stderr, /bug in gridrun|TypeError/);
    assert.equal(stub.sessions().length, 0);
  }
});
