import type { FromWorker, ToWorker } from '../protocol.ts';

/**
 * A message for the trace, as JSON. The order of an attempt and the options of a worker hold what the user gave
 * (`data`, capabilities, secrets), so only their key facts are shown.
 */
export function messageText(message: ToWorker | FromWorker): string {
  switch (message.type) {
    case 'load': {
      const { files, setup } = message.options;
      return JSON.stringify({ type: 'load', files: files.length, setup: setup.length });
    }
    case 'attempt': {
      const { slot, site, attempt, arm, session } = message.order;
      const { sessionId } = session;
      return JSON.stringify({ type: 'attempt', id: message.id, slot, site: site.id, attempt, arm, sessionId });
    }
    case 'typed':
      return JSON.stringify({ type: 'typed', secrets: message.secrets.length });
    default:
      return JSON.stringify(message);
  }
}
