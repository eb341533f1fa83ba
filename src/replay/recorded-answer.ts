/** A header of a request or an answer. Its name is in any case. */
export interface Header {
  readonly name: string;
  readonly value: string;
}

/** A request of a recording and what answered it. */
export interface RecordedAnswer {
  readonly method: string;
  /** Absolute. Secret parts are stars. */
  readonly url: string;
  /** The hash of the request's body, as the recording's own function makes it. Absent if there was no body. */
  readonly bodyHash?: string | undefined;
  /** The `Origin` that the request was sent with. */
  readonly origin?: string | undefined;
  /** 0 if there was no answer. */
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly Header[];
  /** Not compressed. Empty if the answer had none. */
  readonly body: Buffer;
  /** The recording lacks the body that the answer had. */
  readonly isBodyMissing: boolean;
  /** A service worker or a cache answered, not the network. */
  readonly isSecondHand: boolean;
}

/** A request of the browser, as the matcher compares it. */
export interface AskedRequest {
  readonly method: string;
  /** Absolute, without fragment. */
  readonly url: string;
  readonly bodyHash?: string | undefined;
  /** The header `range`. */
  readonly range?: string | undefined;
  /** It has `if-none-match` or `if-modified-since`: the browser has an older copy. */
  readonly isConditional: boolean;
}
