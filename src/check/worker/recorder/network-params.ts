/** The parts that the recorder uses of the events of DevTools' `Network`. Another browser's may lack any of them. */
export interface NetworkParams {
  readonly requestId?: string;
  readonly type?: string;
  readonly wallTime?: number;
  readonly timestamp?: number;
  readonly request?: SentRequest;
  readonly initiator?: Initiator;
  readonly redirectResponse?: GivenResponse;
  readonly redirectHasExtraInfo?: boolean;
  readonly response?: GivenResponse;
  readonly hasExtraInfo?: boolean;
  readonly headers?: Headers;
  readonly dataLength?: number;
  readonly encodedDataLength?: number;
  readonly errorText?: string;
}

export type Headers = Readonly<Record<string, string>>;

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly hasPostData?: boolean;
  readonly postDataEntries?: readonly { readonly bytes?: string }[];
}

interface Initiator {
  readonly url?: string;
  readonly stack?: { readonly callFrames?: readonly { readonly url?: string }[] };
}

export interface GivenResponse {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly mimeType: string;
  readonly protocol?: string;
  readonly fromDiskCache?: boolean;
  readonly fromServiceWorker?: boolean;
  readonly fromPrefetchCache?: boolean;
  readonly timing?: GivenTiming;
}

/** In ms from the start of the request; -1 for a phase that did not happen. */
export interface GivenTiming {
  readonly dnsStart: number;
  readonly dnsEnd: number;
  readonly connectStart: number;
  readonly connectEnd: number;
  readonly sslStart: number;
  readonly sendStart: number;
  readonly receiveHeadersEnd: number;
}
