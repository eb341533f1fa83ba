import { once } from 'node:events';
import { WebSocket } from 'ws';
import { within, type Limits } from './deadline.ts';
import { authorizationOf, withoutCredentials } from './endpoint.ts';
import { tunnelFor } from './proxy.ts';
import { withRealSockets } from './real-sockets.ts';
import { untilAborted } from './until-aborted.ts';
import { cutError, WireError } from './wire-error.ts';

/** A URL without its credentials, and the header that holds them. */
export interface SocketAddress {
  readonly url: URL;
  readonly authorization: string | undefined;
  /** For messages. */
  readonly shown: string;
}

/** Takes the credentials out of a URL. */
export function socketAddress(given: string): SocketAddress {
  const url = new URL(given);
  const authorization = authorizationOf(url);
  url.username = '';
  url.password = '';
  return { url, authorization, shown: withoutCredentials(url.href) };
}

function tunnelOf(url: URL): object {
  const createConnection = tunnelFor(url);
  return createConnection === undefined ? {} : { createConnection };
}

/** Opens a WebSocket. Throws a `WireError`. */
export async function openSocket({ url, authorization, shown }: SocketAddress, limits: Limits): Promise<WebSocket> {
  return await within(limits, async (signal, cutBy) => {
    const options = {
      perMessageDeflate: false,
      ...tunnelOf(url),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    };
    const socket = withRealSockets(() => new WebSocket(url, options));
    try {
      await untilAborted(once(socket, 'open'), signal);
    } catch (error) {
      // The error that follows has no other listener, and would end the process.
      socket.on('error', () => {});
      socket.terminate();
      const by = cutBy();
      if (by !== undefined) throw cutError(by, `CONNECT ${shown}`, limits);
      const code = (error as NodeJS.ErrnoException).code ?? 'EPROTO';
      throw new WireError(code, `CONNECT ${shown}`, (error as Error).message, { cause: error });
    }
    return socket;
  });
}
