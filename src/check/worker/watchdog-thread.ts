import { writeSync } from 'node:fs';
import { Session, type Debugger } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { WATCHDOG_FD, CURRENT_CODE_QUERY, type StallReport } from '../protocol.ts';
import type { WatchdogData } from './watchdog.ts';

const LOOK_MS = 100;
const ASK_AGAIN_MS = 200;
/** Native code that never comes back to JavaScript can't be paused: then nobody is named. */
const NAMING_MS = 5_000;
const WHOSE = `globalThis[Symbol.for('${CURRENT_CODE_QUERY}')]()`;

/** One that stands still and does not compute waits for a lock or a child process, or was starved: that takes patience. */
const IDLE_FACTOR = 4;

const { beats, stallLimitMs } = workerData as WatchdogData;
const counter = new Int32Array(beats);
let seen = -1;
let looks = 0;
let busyBeforeMs = 0;
let told = false;

const timer = setInterval(() => {
  const now = Atomics.load(counter, 0);
  if (now !== seen) {
    seen = now;
    looks = 0;
    busyBeforeMs = othersBusyMs();
    return;
  }
  // Looks are counted, not time: on a machine that starved both threads neither has had its turn.
  looks++;
  const computes = othersBusyMs() - busyBeforeMs >= stallLimitMs;
  if (!computes && looks * LOOK_MS < stallLimitMs * IDLE_FACTOR) return;
  clearInterval(timer);
  findCulprit();
}, LOOK_MS);
parentPort!.postMessage('watching');

/**
 * CPU time of this process without this thread's, in ms. A loop that never ends uses it up; a thread that the machine
 * gave no turn does not, however long that takes.
 */
function othersBusyMs(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1000;
}

function findCulprit(): void {
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => void urls.set(params.scriptId, params.url));
  setTimeout(() => tell({ attemptId: null, check: '', where: '' }), NAMING_MS);
  session.on('Debugger.paused', ({ params }) => {
    const where = placeOf(params.callFrames, urls);
    const ask = (): void => {
      session.post('Runtime.evaluate', { expression: WHOSE, returnByValue: true }, (error, answer) => {
        const text: unknown = error === null ? answer.result.value : undefined;
        if (typeof text === 'string') tell({ ...(JSON.parse(text) as Omit<StallReport, 'where'>), where });
      });
    };
    ask();
    // A question that comes while the thread is about to wait for questions may go unheard; the next one wakes it.
    setInterval(ask, ASK_AGAIN_MS);
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** Where in the user's code it stands: the innermost frame that is neither Node's nor a package's. */
function placeOf(frames: readonly Debugger.CallFrame[], urls: ReadonlyMap<string, string>): string {
  const places = frames.map(({ location }) => ({
    url: urls.get(location.scriptId) ?? '',
    line: location.lineNumber + 1,
  }));
  const place = places.find(({ url }) => url !== '' && !url.startsWith('node:') && !url.includes('/node_modules/'));
  return place === undefined ? '' : `${place.url.replace(/[?&]lane=\d+/, '')}:${place.line}`;
}

/** The parent ends this process when it has read it. */
function tell(report: StallReport): void {
  if (told) return;
  told = true;
  writeSync(WATCHDOG_FD, `${JSON.stringify(report)}\n`);
}
