import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { ensureOwnImage } from '../../src/grid/docker/image.ts';
import { openEngine } from '../../src/grid/docker/engine.ts';
import { downAllDead } from '../../src/grid/docker/down.ts';
import { docker } from '../support/engine.ts';
import { chaosRun, leftBy, type Outcome } from './chaos-run.ts';
import { EngineProxy } from './engine-proxy.ts';
import { HARMS } from './harms.ts';

// Harms the grid in the middle of runs with `--grid docker`, one after the other, and prints how long each took. A run must
// end within 1.3 times the time of one that is left alone, or, if its engine stops, within 30 s and with the engine named.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    // Other work on the machine changes from minute to minute. Then only a run at the same time is a measure.
    beside: { type: 'boolean', default: false },
  },
});

const MAX_RATIO = 1.3;
const MAX_ENGINE_SECONDS = 30;
const minutes = Number(values.minutes);
const dockerHost = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
const engineFolder = process.env['GRIDRUN_ENGINE_DIR'] ?? '/var/tmp/gridrun-engine';

function print(
  what: string,
  { seconds, exitCode, good, siteCount, wrong, left }: Outcome,
  limit: string,
  ok: boolean,
): void {
  const facts = [`${seconds.toFixed(0)} s`, limit, `exit ${exitCode}`, `${good}/${siteCount} passed`];
  const bad = `${wrong} lost, doubled or failed, ${left.length} left`;
  process.stdout.write(`${ok ? 'ok   ' : 'WRONG'} ${what.padEnd(32)} ${facts.join(', ')}, ${bad}\n`);
  if (!ok) process.exitCode = 1;
}

// An image that has to be built first is no part of a run.
await ensureOwnImage(await openEngine());
let calm = values.beside ? undefined : await undisturbed();

for (const harm of HARMS) {
  if (!harm.what.includes(values.only)) continue;
  const disturb = async (grid: string, node: string): Promise<void> => void (await harm.do(grid, node));
  const [outcome, beside] = await Promise.all([
    chaosRun({ dockerHost, minutes, disturb }),
    values.beside ? undisturbed() : undefined,
  ]);
  calm = beside ?? calm;
  const ratio = outcome.seconds / (calm?.seconds ?? Number.NaN);
  const isMended = outcome.good === outcome.siteCount && outcome.wrong === 0 && outcome.left.length === 0;
  const isSaid = outcome.stdout.split('\n').some((line) => harm.notice.test(line.replace(/^.*?warning: /, '')));
  const limit = `${ratio.toFixed(2)} of at most ${MAX_RATIO}${isSaid ? '' : ', not said'}`;
  print(harm.what, outcome, limit, ratio <= MAX_RATIO && isMended && isSaid);
}

if ('the engine stops'.includes(values.only)) {
  const pid = await ownEngine();
  await using proxy = pid === undefined ? await EngineProxy.open() : undefined;
  const outcome = await chaosRun({
    dockerHost: proxy?.address ?? dockerHost,
    minutes,
    disturb: async (grid) => {
      if (pid !== undefined) return void process.kill(pid, 'SIGTERM');
      proxy?.stop();
      const ours = await docker.listContainers({ filters: { label: [`io.gridrun.grid=${grid}`] } });
      await Promise.all(ours.map(async ({ Id }) => void (await docker.getContainer(Id).kill())));
    },
  });
  if (pid !== undefined) await promisify(execFile)('scripts/engine', ['up']);
  const { secondsAfter, stdout, wrong } = outcome;
  const isNamed = /the Docker engine stopped during the run/.test(stdout);
  // As the next start does.
  await downAllDead();
  const left = await leftBy(outcome.pid);
  const limit = `${secondsAfter.toFixed(0)} s of at most ${MAX_ENGINE_SECONDS} after it${isNamed ? '' : ', not named'}`;
  const isOk = secondsAfter <= MAX_ENGINE_SECONDS && isNamed && wrong === 0 && left.length === 0;
  print(`the engine stops${pid === undefined ? ' (its socket)' : ''}`, { ...outcome, left }, limit, isOk);
}

async function undisturbed(): Promise<Outcome> {
  const outcome = await chaosRun({ dockerHost, minutes, disturb: async () => {} });
  print('undisturbed', outcome, 'the measure', outcome.exitCode === 0 && outcome.left.length === 0);
  return outcome;
}

/** The process of the engine that scripts/engine has started, if the runs use that one. Any other is not ours to stop. */
async function ownEngine(): Promise<number | undefined> {
  if (dockerHost !== `unix://${engineFolder}/docker.sock`) return undefined;
  return Number(await readFile(`${engineFolder}/dockerd.pid`, 'utf8'));
}
