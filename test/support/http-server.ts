import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:40001` */
  readonly url: string;
  readonly server: Server;
}

/** A server on loopback, on a port of its own; what is still open when it is disposed of is cut. */
export async function startHttpServer(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    // An answer that throws is told by the test's runner, as a rejection that nobody handled.
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers as a WebDriver server does. */
export function answerValue(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify({ value }));
}
