import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AttemptOrder, Grid, OwnedSession } from '../../src/core/ports.ts';
import type { DispatchSettings } from '../../src/dispatch/dispatch-plan.ts';
import { randomFrom } from '../support/random.ts';
import { FAILED, FakeGrid, FakeRunner, PASSED, dispatchOver, sitesOf } from './fakes.ts';
import { VirtualTime } from './virtual-time.ts';

const SITES = 10_000;
const SESSIONS = 100;
const NODES = 10;
const OPEN_MS = 600;
const RELEASE_MS = 20;
const RESET_MS = 60;
const MEDIAN_LOAD_MS = 1_000;

/** A grid whose sessions open slowly, each on the node that has the fewest. */
class SlowGrid extends FakeGrid {
  readonly #time: VirtualTime;
  readonly #busy: Map<string, number>;

  constructor(time: VirtualTime) {
    const busy = new Map(Array.from({ length: NODES }, (_, index) => [`node${index}`, 0]));
    super(SESSIONS, {
      node: () => {
        const [node, count] = [...busy].toSorted(([, one], [, other]) => one - other)[0]!;
        busy.set(node, count + 1);
        return node;
      },
    });
    this.#time = time;
    this.#busy = busy;
  }

  override async openSession(request: Parameters<Grid['openSession']>[0]): Promise<OwnedSession> {
    const { session, release } = await super.openSession(request);
    await this.#time.sleep(OPEN_MS);
    const free = async (): Promise<void> => {
      await release();
      await this.#time.sleep(RELEASE_MS);
      this.#busy.set(session.node, this.#busy.get(session.node)! - 1);
    };
    let released: Promise<void> | undefined;
    return { session, release: () => (released ??= free()) };
  }
}

/** Log-normal load times, the same for the same site. */
function loadMs(place: number): number {
  const random = randomFrom(place + 1);
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEDIAN_LOAD_MS * Math.exp(0.8 * normal);
}

/** Of 100 sites one is down, one is broken by the build, and one fails every other load. */
async function run(
  context: TestContext,
  settings: Partial<DispatchSettings>,
): Promise<{ ms: number; orders: AttemptOrder[] }> {
  const time = new VirtualTime(context);
  const random = randomFrom(1);
  const runner = new FakeRunner(async ({ site, arm }) => {
    const place = Number(site.id.slice(1));
    await time.sleep(loadMs(place));
    const kind = place % 100;
    return kind === 10 || (kind === 40 && arm === 'subject') || (kind === 70 && random() < 0.5) ? FAILED : PASSED;
  });
  const { dispatcher, verdicts } = dispatchOver(
    sitesOf(SITES),
    { grid: new SlowGrid(time), runner, isolation: { reset: () => time.sleep(RESET_MS) }, chunkSize: 10 },
    { askAfterMs: 1e9, ...settings },
  );
  await time.run(dispatcher.run());
  assert.equal(verdicts().size, SITES);
  context.mock.restoreAll();
  return { ms: time.now, orders: runner.orders };
}

test('a control costs at most a quarter of the attempts and of the time, if 3 of 100 sites fail', async (context) => {
  const plain = await run(context, { control: 'never' });
  for (const controlSample of [0, 0.05]) {
    const { ms, orders } = await run(context, { control: 'on-failure', controlSample });
    context.diagnostic(`sample ${controlSample}: ${orders.length} attempts, ${ms} ms instead of ${plain.ms} ms`);
    assert.ok(orders.length <= 1.25 * plain.orders.length);
    assert.ok(ms <= 1.25 * plain.ms, `${ms} ms instead of ${plain.ms} ms`);
  }
});
