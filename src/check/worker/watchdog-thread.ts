import { writeSync } from 'node:fs';
import { Session, type Debugger } from 'node:inspector';
import { Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { WATCHDOG_FD, type StallReport, type StallTime } from '../protocol.ts';
import { CURRENT_CODE_QUERY, type WatchdogData } from './watchdog-data.ts';

const LOOK_MS = 100;
const ASK_AGAIN_MS = 200;
/** Native code that never returns to JavaScript can't be paused. The report then names no attempt. */
const NAMING_MS = 5_000;
const WHOSE = `globalThis[Symbol.for('${CURRENT_CODE_QUERY}')]()`;

/** A loop that stands still without computing waits for a lock or a child process, or gets no CPU. It has more time. */
const IDLE_FACTOR = 4;

const { beats, stallLimitMs } = workerData as WatchdogData;
const counter = new Int32Array(beats);
let seen = -1;
let looks = 0;
let busyBeforeMs = 0;
let isReported = false;

const timer = setInterval(() => {
  const now = Atomics.load(counter, 0);
  if (now !== seen) {
    seen = now;
    looks = 0;
    busyBeforeMs = othersBusyMs();
    return;
  }
  // Counts looks, not time: on a busy machine neither thread may get a turn for long.
  looks++;
  const computes = othersBusyMs() - busyBeforeMs >= stallLimitMs;
  if (!computes && looks * LOOK_MS < stallLimitMs * IDLE_FACTOR) return;
  clearInterval(timer);
  findRunningCode();
}, LOOK_MS);
// The event loop may turn and still not reply, if a check has broken what it replies with. This thread has builtins of its own.
new Socket({ fd: WATCHDOG_FD }).on('data', () => write({ stalledMs: stalledMs() })).on('error', () => {});
parentPort!.postMessage('watching');

/** For how long the event loop has stood still, including now, in ms. */
function stalledMs(): number {
  return Atomics.load(counter, 1) + (looks > 2 ? looks * LOOK_MS : 0);
}

/** CPU time of this process without this thread's, in ms. An endless loop uses it up; a thread that gets no CPU does not. */
function othersBusyMs(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1000;
}

function findRunningCode(): void {
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => void urls.set(params.scriptId, params.url));
  setTimeout(() => report({ attemptId: null, check: '', where: '' }), NAMING_MS);
  session.on('Debugger.paused', ({ params }) => {
    const where = placeOf(params.callFrames, urls);
    const ask = (): void => {
      session.post('Runtime.evaluate', { expression: WHOSE, returnByValue: true }, (error, answer) => {
        const text: unknown = error === null ? answer.result.value : undefined;
        if (typeof text === 'string') report({ ...(JSON.parse(text) as Omit<StallReport, 'where'>), where });
      });
    };
    ask();
    // The main thread may miss a question that comes just before it waits for questions. The next one wakes it.
    setInterval(ask, ASK_AGAIN_MS);
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** The place in the user's code: the innermost frame that is neither Node's nor a package's. */
function placeOf(frames: readonly Debugger.CallFrame[], urls: ReadonlyMap<string, string>): string {
  const places = frames.map(({ location }) => ({
    url: urls.get(location.scriptId) ?? '',
    line: location.lineNumber + 1,
  }));
  const place = places.find(({ url }) => url !== '' && !url.startsWith('node:') && !url.includes('/node_modules/'));
  return place === undefined ? '' : `${place.url.replace(/[?&]lane=\d+/, '')}:${place.line}`;
}

/** Sends the report. The parent then kills this process. */
function report(stall: StallReport): void {
  if (isReported) return;
  isReported = true;
  write(stall);
}

function write(line: StallReport | StallTime): void {
  writeSync(WATCHDOG_FD, `${JSON.stringify(line)}\n`);
}
