import { bodyHash } from '../../recording/body-hash.ts';
import type { RecordedEntry, Recording } from '../../recording/har-archive.ts';
import { Redaction } from '../../text/redaction.ts';
import type { RecordedAnswer } from '../../replay/recorded-answer.ts';
import type { PlayedRecording } from '../../replay/play.ts';

/**
 * A recording as the proxy plays it.
 * @param secrets values that are blanked in it
 */
export function playedSite({ log, bodies }: Recording, secrets: readonly string[] = []): PlayedRecording {
  const redaction = new Redaction(secrets);
  const { bodyHashKey, seedDateMs } = log._gridrun;
  return {
    recordedAt: seedDateMs,
    answers: log.entries.filter(hasAnswer).map((entry) => answerOf(entry, bodies)),
    hashOf: (body) => bodyHash(bodyHashKey, redaction.blank(body)),
  };
}

/** Is it known what the network answers, if only that it fails? Not if Chrome, a rule or the end of the page stopped the request. */
function hasAnswer({ response: { status, headers, _error = '' } }: RecordedEntry): boolean {
  // A rule of an extension redirected it, and the server never answered.
  if (headers.some(({ name }) => name.toLowerCase() === 'non-authoritative-reason')) return false;
  return status !== 0 || (_error !== '' && !/ERR_ABORTED|BLOCKED/.test(_error));
}

function answerOf(
  { request, response, _bodyHash, _servedFrom }: RecordedEntry,
  bodies: Recording['bodies'],
): RecordedAnswer {
  const { content, status, statusText, headers } = response;
  return {
    method: request.method,
    url: request.url,
    bodyHash: _bodyHash,
    origin: request.headers.find(({ name }) => name.toLowerCase() === 'origin')?.value,
    status,
    statusText,
    headers,
    body: (content._file === undefined ? undefined : bodies.get(content._file)) ?? Buffer.alloc(0),
    isBodyMissing: content._missing !== undefined,
    isSecondHand: _servedFrom !== undefined,
  };
}
