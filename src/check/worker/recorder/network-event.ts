import type { NetworkEvent } from '../evidence/har-entry.ts';
import type { GivenTiming, Headers } from './network-params.ts';
import type { Exchange } from './traffic.ts';

type EventHeaders = NetworkEvent['request']['headers'];

/** An exchange in the form of BiDi's event, from which HAR entries are made. `cookies` has the answer's `set-cookie`. */
export function networkEventOf(exchange: Exchange, cookies: Headers | undefined): NetworkEvent {
  const { method, url, type, sentAt, response, errorText } = exchange;
  return {
    timestamp: sentAt * 1_000,
    ...(errorText === undefined ? {} : { errorText }),
    request: {
      method,
      url,
      headers: listed(exchange.requestHeaders).filter(({ name }) => name.toLowerCase() !== 'cookie'),
      headersSize: null,
      bodySize: exchange.hasBody ? null : 0,
      timings: timingsOf(exchange),
      'goog:resourceType': type,
    },
    ...(response === undefined
      ? {}
      : {
          response: {
            url: response.url,
            protocol: response.protocol ?? '',
            status: response.status,
            statusText: response.statusText,
            fromCache: response.fromDiskCache === true,
            headers: [
              ...listed(response.headers).filter(({ name }) => name.toLowerCase() !== 'set-cookie'),
              ...listed(cookies ?? {}).filter(({ name }) => name.toLowerCase() === 'set-cookie'),
            ],
            mimeType: response.mimeType,
            bytesReceived: exchange.encodedBytes,
            headersSize: null,
            bodySize: null,
            content: { size: exchange.bodyBytes },
          },
        }),
  };
}

/** DevTools joins the lines of one header with line breaks. */
function listed(headers: Headers): EventHeaders {
  return Object.entries(headers).flatMap(([name, value]) =>
    value.split('\n').map((line) => ({ name, value: { value: line } })),
  );
}

const NO_TIMING: GivenTiming = {
  dnsStart: -1,
  dnsEnd: -1,
  connectStart: -1,
  connectEnd: -1,
  sslStart: -1,
  sendStart: 0,
  receiveHeadersEnd: 0,
};

function timingsOf({ response, startedAt, endedAt }: Exchange): NetworkEvent['request']['timings'] {
  const timing = response?.timing ?? NO_TIMING;
  const wholeMs = Math.max(0, (endedAt - startedAt) * 1_000);
  return {
    dnsStart: Math.max(0, timing.dnsStart),
    dnsEnd: Math.max(0, timing.dnsEnd),
    connectStart: Math.max(0, timing.connectStart),
    connectEnd: Math.max(0, timing.connectEnd),
    tlsStart: Math.max(0, timing.sslStart),
    requestStart: timing.sendStart,
    responseStart: timing.receiveHeadersEnd,
    responseEnd: Math.max(timing.receiveHeadersEnd, wholeMs),
  };
}
