import { writeSync } from 'node:fs';
import { Session, type Debugger } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { WATCHDOG_FD, type StallReport } from './protocol.ts';
import type { WatchdogData } from './watchdog.ts';

const LOOK_MS = 100;
/** Native code that never comes back to JavaScript can't be paused: then nobody is named. */
const PAUSE_MS = 3_000;

const { beats, stallLimitMs } = workerData as WatchdogData;
const counter = new Int32Array(beats);
let seen = -1;
let looks = 0;

const timer = setInterval(() => {
  const now = Atomics.load(counter, 0);
  if (now !== seen) {
    seen = now;
    looks = 0;
    return;
  }
  // Looks are counted, not time: on a machine that starved both threads neither has had its turn.
  looks++;
  if (looks * LOOK_MS < stallLimitMs) return;
  clearInterval(timer);
  findCulprit();
}, LOOK_MS);

function findCulprit(): void {
  const session = new Session();
  session.connectToMainThread();
  const unnamed = setTimeout(() => tell({ attemptId: null, check: '', where: '' }), PAUSE_MS);
  session.on('Debugger.paused', ({ params }) => {
    clearTimeout(unnamed);
    const frame = params.callFrames[0];
    if (frame === undefined) return tell({ attemptId: null, check: '', where: '' });
    const expression = "globalThis[Symbol.for('gridrun.whose')]()";
    session.post('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression, returnByValue: true }, (error, answer) => {
      const text: unknown = error === null ? answer.result.value : undefined;
      const whose = typeof text === 'string' ? (JSON.parse(text) as Omit<StallReport, 'where'>) : { attemptId: null, check: '' };
      tell({ ...whose, where: placeOf(params.callFrames) });
    });
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** Where in the user's code it stands: the innermost frame that is neither Node's nor a package's. */
function placeOf(frames: readonly Debugger.CallFrame[]): string {
  const frame = frames.find(({ url }) => url !== '' && !url.startsWith('node:') && !url.includes('/node_modules/')) ?? frames[0];
  if (frame === undefined || frame.url === '') return '';
  return `${frame.url.replace(/[?&]lane=\d+/, '')}:${frame.location.lineNumber + 1}`;
}

/** The parent ends this process when it has read it. */
function tell(report: StallReport): void {
  writeSync(WATCHDOG_FD, `${JSON.stringify(report)}\n`);
}
