import type { JSX } from 'preact';
import { durationText } from './words.ts';

interface Request {
  readonly status: number;
  readonly method: string;
  readonly url: string;
  readonly durationMs: number;
  readonly error: string;
}

const MAX_ROWS = 500;

/** Is a text an HTTP archive? */
export function hasRequests(text: string): boolean {
  return requestsOf(text) !== undefined;
}

/** The requests of an HTTP archive, failed ones first. */
export function RequestTable({ text }: { readonly text: string }): JSX.Element {
  const requests = (requestsOf(text) ?? []).toSorted((a, b) => Number(isBad(b)) - Number(isBad(a)));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Requests">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Method</th>
            <th scope="col">URL</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {requests.slice(0, MAX_ROWS).map((request, place) => (
            <tr key={place} class={isBad(request) ? 'bad' : undefined}>
              <td>{request.status > 0 ? request.status : request.error}</td>
              <td>{request.method}</td>
              <td class="long">{request.url}</td>
              <td>{durationText(request.durationMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isBad({ status }: Request): boolean {
  return status <= 0 || status >= 400;
}

/** Undefined if the text is no archive. Its content comes from sites, so every field is checked. */
function requestsOf(text: string): Request[] | undefined {
  try {
    const entries = (JSON.parse(text) as { log?: { entries?: unknown } } | null)?.log?.entries;
    if (!Array.isArray(entries)) return undefined;
    return entries.map(
      (entry: { request?: Record<string, unknown>; response?: Record<string, unknown>; time?: unknown }) => ({
        status: Number(entry.response?.['status'] ?? 0),
        method: textOf(entry.request?.['method']),
        url: textOf(entry.request?.['url']),
        durationMs: Number(entry.time ?? 0),
        error: textOf(entry.response?.['_error']) || 'no answer',
      }),
    );
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
