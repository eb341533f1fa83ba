import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Undated } from '../../src/core/event.ts';
import { makeFault } from '../../src/core/fault.ts';
import type { AttemptOrder, AttemptOutcome } from '../../src/core/ports.ts';
import type { Site } from '../../src/core/site.ts';
import type { SiteVerdict } from '../../src/core/verdict.ts';
import { FAULTED, FakeGrid, FakeRunner, PASSED, dispatchOver } from './fakes.ts';

const UNREACHED: AttemptOutcome = {
  ending: 'completed',
  checks: [{ title: 'works', status: 'errored', durationMs: 1, fault: makeFault('site.dns', 'no such name') }],
  sessionDirty: false,
};

/** Each site in a domain of its own. */
const sites = (count: number): Site[] =>
  Array.from({ length: count }, (_, index) => ({ id: `s${index}`, url: `https://s${index}.test/` }));

interface Told {
  readonly verdicts: readonly SiteVerdict[];
  readonly notices: readonly string[];
  readonly canaries: number;
  readonly runner: FakeRunner;
  readonly stopped: string;
  readonly events: readonly Undated[];
}

async function tell(
  list: readonly Site[],
  outcome: (order: AttemptOrder, canaries: number) => AttemptOutcome,
  {
    canary = () => true,
    outageMs = 60_000,
    capacity = 1,
    ...rest
  }: {
    readonly canary?: (count: number) => boolean;
    readonly outageMs?: number;
    readonly capacity?: number;
    readonly outageSites?: number;
    readonly infraRetries?: number;
    readonly retries?: number;
  } = {},
): Promise<Told> {
  let canaries = 0;
  const runner = new FakeRunner((order) => outcome(order, canaries));
  const sing = async (): Promise<void> => {
    canaries += 1;
    if (!canary(canaries)) throw new Error('no session');
  };
  const grid = new FakeGrid(capacity);
  const settings = { outageSites: 3, outageMs, ...rest };
  const { dispatcher, events } = dispatchOver(list, { grid, runner, canary: sing }, settings);
  await dispatcher.run();
  assert.equal(grid.open, 0);
  const last = new Map(
    events.flatMap((event) => (event.type === 'site-judged' ? [[event.verdict.siteId, event.verdict] as const] : [])),
  );
  const judged = events.filter(({ type }) => type === 'site-judged');
  assert.equal(judged.length, list.length, 'each site has one verdict');
  const notices = events.flatMap((event) => (event.type === 'notice' ? event.text : []));
  return { verdicts: [...last.values()], notices, canaries, runner, stopped: dispatcher.stopped, events };
}

const kinds = ({ verdicts }: Told): string[] => [
  ...new Set(verdicts.map(({ verdict, cause }) => `${verdict} ${cause ?? ''}`.trim())),
];

test('a grid that loses each session: no site starts until a canary is back, and no site is lost by it', async () => {
  const isBack = (canaries: number): boolean => canaries >= 4;
  const told = await tell(sites(12), (_, canaries) => (isBack(canaries) ? PASSED : FAULTED), {
    canary: isBack,
    infraRetries: 0,
  });
  assert.deepEqual(kinds(told), ['passed']);
  assert.equal(told.canaries, 4);
  // Three sites in a row, and from then on each site once more.
  assert.equal(told.runner.orders.length, 3 + 12);
  assert.equal(told.notices.length, 2);
  assert.match(
    told.notices[0]!,
    /^the grid fake seems to be down: 3 sites in a row ended with grid\.session-lost: the session is gone; .*--outage-timeout/,
  );
  assert.match(told.notices[1]!, /^the grid fake was down from \S+Z to \S+Z \(\d+ s\), and is back/);
});

test('a grid that does not come back ends the run as one incident; the rest is not-run', async () => {
  const told = await tell(sites(12), () => FAULTED, { canary: () => false, outageMs: 20, infraRetries: 0 });
  assert.equal(told.stopped, 'outage');
  assert.equal(told.runner.orders.length, 3);
  assert.equal(told.verdicts.filter(({ verdict }) => verdict === 'not-run').length, 9);
  for (const { stoppedBy, checks } of told.verdicts.filter(({ verdict }) => verdict === 'not-run')) {
    assert.equal(stoppedBy, 'outage');
    assert.match(checks[0]?.reason ?? '', /^the grid fake was down from .* and did not come back: /);
  }
  assert.equal(told.events.filter(({ type }) => type === 'run-stopping').length, 1);
});

test('sites that are sick themselves: the canary is well, so they get their verdicts, and the run goes on', async () => {
  const told = await tell(sites(12), () => FAULTED, { infraRetries: 0 });
  assert.deepEqual(kinds(told), ['errored grid']);
  assert.equal(told.stopped, '');
  assert.deepEqual(told.notices, []);
  // After three sites, and after twice as many.
  assert.equal(told.canaries, 2);
  assert.equal(told.runner.orders.length, 12);
});

test('sites of many domains that no name server knows: the network is down, and no site is blamed', async () => {
  let tries = 0;
  const told = await tell(sites(12), () => (++tries <= 6 ? UNREACHED : PASSED));
  assert.deepEqual(kinds(told), ['passed']);
  assert.equal(told.canaries, 0, 'the network is probed by sites');
  assert.equal(told.runner.orders.length, 6 + 12);
  assert.match(
    told.notices[0]!,
    /^the network of the grid fake seems to be down: sites of 3 domains in a row ended with site\.dns: no such name/,
  );
  assert.match(told.notices[1]!, /, and is back/);
});

test('a network that does not come back is one incident, cause grid, and never cause site', async () => {
  const told = await tell(sites(12), () => UNREACHED, { outageMs: 20, retries: 1 });
  assert.equal(told.stopped, 'outage');
  assert.ok(
    told.verdicts.every(({ cause }) => cause !== 'site'),
    kinds(told).join(),
  );
  assert.deepEqual(new Set(told.verdicts.map(({ code }) => code)), new Set([undefined, 'grid.network-down']));
  assert.equal(told.verdicts.length, 12);
});

test('dead sites between living ones, and dead pages of one domain, stay the sites’', async () => {
  const mixed = await tell(sites(12), ({ site }) => (Number(site.id.slice(1)) % 4 === 3 ? PASSED : UNREACHED), {
    outageSites: 4,
  });
  assert.deepEqual(kinds(mixed).toSorted(), ['errored site', 'passed']);
  const one = sites(12).map((site, index) => ({ ...site, url: `https://one.test/${index}` }));
  // The fake takes the host for the domain.
  const ofOne = await tell(one, () => UNREACHED);
  assert.deepEqual(kinds(ofOne), ['errored site']);
  assert.deepEqual([...mixed.notices, ...ofOne.notices], []);
});

test('with --outage-sites 0 each site speaks for itself', async () => {
  const told = await tell(sites(12), () => UNREACHED, { outageSites: 0 });
  assert.deepEqual(kinds(told), ['errored site']);
  assert.deepEqual(told.notices, []);
});

test('other sessions that still work end an outage at once', async () => {
  const told = await tell(sites(30), ({ slot, attempt }) => (slot === 0 || attempt > 1 ? PASSED : FAULTED), {
    capacity: 4,
    canary: () => false,
    infraRetries: 2,
  });
  assert.deepEqual(kinds(told), ['passed']);
});

test('a site with `once` is not loaded again after an outage', async () => {
  const once = sites(6).map((site) => ({ ...site, once: true as const }));
  const told = await tell(once, (_order, canaries) => (canaries >= 2 ? PASSED : FAULTED), {
    canary: (count) => count >= 2,
    infraRetries: 0,
  });
  assert.deepEqual(
    told.runner.orders.map(({ site }) => site.id),
    once.map(({ id }) => id),
  );
});

test('sites on a private network neither hide an outage of the network nor end it', async () => {
  const isLocal = (id: string): boolean => Number(id.slice(1)) % 2 === 1;
  const list = sites(20).map((site) => (isLocal(site.id) ? { ...site, url: `https://${site.id}.local/` } : site));
  let publicLoads = 0;
  const told = await tell(list, ({ site }) => {
    if (isLocal(site.id)) return PASSED;
    publicLoads += 1;
    return publicLoads <= 5 ? UNREACHED : PASSED;
  });
  assert.deepEqual(new Set(told.verdicts.map(({ verdict }) => verdict)), new Set(['passed']));
  assert.equal(told.notices.filter((text) => text.includes('seems to be down')).length, 1);
  assert.equal(told.notices.filter((text) => text.includes('was down from')).length, 1);
});
