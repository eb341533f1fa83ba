import { hideInTrace, startTrace } from '../../wire/protocol-trace.ts';
import type { FromWorker, ToWorker } from '../protocol.ts';
import { checkFault } from './attempt/check-failure.ts';
import { CheckWorker } from './check-worker.ts';
import { isSkip } from './lane/skip-error.ts';
import { installProcessGuards } from './process-guards.ts';
import { wholeMessage } from './process/whole-message.ts';

/** The program of a worker: the process in which checks run, many sites at a time. */

/** The line of a check and the line that sends its command are more than ten frames apart. */
const STACK_FRAMES = 50;

Error.stackTraceLimit = STACK_FRAMES;

const sendToParent = process.send!.bind(process);
const disconnect = process.disconnect.bind(process);
let unsentCount = 0;
let isEnding = false;

installProcessGuards({
  isSkip,
  onOutput: (siteId, stream, text) => send({ type: 'output', siteId, stream, text }),
  onUnattributedError: (error) => {
    const text = `an error that belongs to no site: ${checkFault(error, '').message}`;
    send({ type: 'notice', code: 'checks.stray-error', text });
  },
});

let worker: CheckWorker | undefined;
process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'load':
      if (message.isTraced) startTrace((at, text) => send({ type: 'trace', at, text }));
      hideInTrace(message.options.secrets);
      worker = new CheckWorker(message.options, send);
      return void worker.load();
    case 'attempt':
      return void worker?.attempt(message.id, message.order);
    case 'interrupt':
      return worker?.interrupt(message.id);
    case 'fixture':
      return void worker?.fixture(message.which);
    case 'overdue':
      return worker?.overdue();
    case 'ping':
      return send({ type: 'pong' });
    case 'end':
      isEnding = true;
      return endIfSent();
  }
});

function send(message: FromWorker): void {
  // Without a parent nobody reads it, and the process is about to end.
  if (!process.connected) return;
  unsentCount++;
  sendToParent(wholeMessage(message), undefined, undefined, () => {
    unsentCount--;
    endIfSent();
  });
}

/** Ends the process when all that it has to say is on its way: the last message may be an error of a check. */
function endIfSent(): void {
  if (isEnding && unsentCount === 0 && process.connected) disconnect();
}
