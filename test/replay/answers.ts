import type { AskedRequest, RecordedAnswer } from '../../src/replay/recorded-answer.ts';

/** A recorded answer to a GET. */
export function answer(url: string, more: Partial<RecordedAnswer> & { readonly text?: string } = {}): RecordedAnswer {
  const { text = '', ...rest } = more;
  return {
    method: 'GET',
    url,
    status: 200,
    statusText: 'OK',
    headers: [],
    body: Buffer.from(text),
    isBodyMissing: false,
    isSecondHand: false,
    ...rest,
  };
}

/** A GET of the browser. */
export function asked(url: string, more: Partial<AskedRequest> = {}): AskedRequest {
  return { method: 'GET', url, isConditional: false, ...more };
}
