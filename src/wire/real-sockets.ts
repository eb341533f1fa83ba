import { Socket } from 'node:net';

const CONNECT = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')!;

/**
 * Runs `open`, which opens connections of gridrun's own, with the `connect` of sockets that Node came with. A check may have
 * replaced it: nock does, to block the network. Import this module before the files of checks.
 */
export function withRealSockets<T>(open: () => T): T {
  const current = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect');
  if (current === undefined || current.value === CONNECT.value || current.configurable !== true) return open();
  Object.defineProperty(Socket.prototype, 'connect', CONNECT);
  try {
    return open();
  } finally {
    Object.defineProperty(Socket.prototype, 'connect', current);
  }
}
