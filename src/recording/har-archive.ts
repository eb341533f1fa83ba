import type { Site } from '../core/site.ts';

/**
 * The recording of one attempt: a zip with `har.har`, an HTTP Archive 1.2, and one file for each body that an answer
 * had. It has Playwright's layout, so that `page.routeFromHAR('….har.zip')` opens it. What the standard has no field for
 * begins with `_`. Request bodies, cookies and secrets are in no recording.
 */

/** The archive's own name in the zip. */
export const HAR_NAME = 'har.har';
/** The form of what gridrun adds. A recording with a higher number is of a newer gridrun. */
export const RECORDING_FORMAT = 1;

/** What a list says of a site beside its id and URL, as far as checks can see it. */
export type RecordedListEntry = Pick<Site, 'tags' | 'data' | 'env' | 'timeoutMs'>;

export interface RecordedHar {
  readonly log: RecordedLog;
}

export interface RecordedLog {
  readonly version: '1.2';
  readonly creator: { readonly name: string; readonly version: string };
  readonly browser?: { readonly name: string; readonly version: string };
  readonly entries: readonly RecordedEntry[];
  readonly _gridrun: RecordingFacts;
}

/** What was recorded, and what a replay needs to know of it. */
export interface RecordingFacts {
  readonly format: number;
  /** The site's id. */
  readonly site: string;
  /** The site's URL in the list, without tokens. */
  readonly url: string;
  /** The rest of its entry in the list, without secrets. Absent in recordings of earlier versions. */
  readonly entry?: RecordedListEntry;
  readonly attempt: number;
  readonly arm: 'subject' | 'control';
  /** The titles of the checks that failed; absent if the attempt passed, or ran out of time. */
  readonly failed?: readonly string[];
  /** When the attempt started, in ISO 8601. */
  readonly started: string;
  /** The time that a replay's pages see at their start, in ms since 1970. */
  readonly seedDateMs: number;
  /** Chrome's version. */
  readonly chrome: string;
  readonly extension?: { readonly id: string; readonly version: string };
  /** The key of each `_bodyHash`, in hex. See `bodyHash`. */
  readonly bodyHashKey: string;
  /** Bodies that are not in the archive. Absent if there are all. */
  readonly incomplete?: { readonly missing: number; readonly reasons: Readonly<Record<string, number>> };
}

/** A request and its answer, in the order in which the requests were sent. */
export interface RecordedEntry {
  readonly startedDateTime: string;
  /** In ms. */
  readonly time: number;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
  readonly cache: object;
  readonly timings: object;
  /** In DevTools' words, in lower case: `document`, `script`, `stylesheet`, `xhr`, `fetch`, … */
  readonly _resourceType: string;
  /** Where Chrome had the answer from, if not from the network. */
  readonly _servedFrom?: 'service-worker' | 'memory-cache' | 'disk-cache' | 'prefetch-cache';
  /** `chrome-extension://<id>` if an extension sent the request. */
  readonly _initiator?: string;
  /** Tells requests to one URL apart by their bodies. Absent without a body. See `bodyHash`. */
  readonly _bodyHash?: string;
}

export interface RecordedHeader {
  readonly name: string;
  readonly value: string;
}

export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly object[];
  readonly headers: readonly RecordedHeader[];
  readonly queryString: readonly object[];
  readonly headersSize: number;
  readonly bodySize: number;
}

export interface RecordedResponse {
  /** 0 if there was no answer. */
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly object[];
  /** As the server sent them. The body is no longer compressed, also if `content-encoding` says so. */
  readonly headers: readonly RecordedHeader[];
  readonly content: RecordedContent;
  readonly redirectURL: string;
  readonly headersSize: number;
  readonly bodySize: number;
  /** The bytes that came over the network. */
  readonly _transferSize?: number;
  /** Chrome's word for what went wrong, such as `net::ERR_CONNECTION_RESET`. */
  readonly _error?: string;
}

export interface RecordedContent {
  /** The bytes of the body. */
  readonly size: number;
  readonly mimeType: string;
  /** The file of the zip that holds the body: `<sha1 of the file>.<ending>`. Absent if the body is empty or missing. */
  readonly _file?: string;
  /** Why the body is not in the archive, such as `record-max`. */
  readonly _missing?: string;
}

/** A recording in memory: its log, and the bodies by the names of their files. */
export interface Recording {
  readonly log: RecordedLog;
  readonly bodies: ReadonlyMap<string, Buffer>;
}
