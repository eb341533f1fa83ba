import type { RecordedAnswer } from './recorded-answer.ts';

/** A part of a file: the first and the last byte. */
interface Part {
  readonly first: number;
  readonly last: number;
}

/** The bytes of a recorded answer within the whole file, and the length of the file. */
interface Held extends Part {
  readonly total: number;
}

/** A part of a recorded answer, for a `206`. */
export interface RangeAnswer {
  /** The header `content-range`. */
  readonly contentRange: string;
  readonly body: Buffer;
}

/** Does a recorded answer hold the first byte that the header `range` asks for? */
export function coversRange(answer: RecordedAnswer, range: string): boolean {
  return rangeOf(answer, range) !== undefined;
}

/** Is the answer a part of a file that lacks what is asked? Without a range, the whole file is asked. */
export function lacksAsked(answer: RecordedAnswer, range: string | undefined): boolean {
  const held = answer.status === 206 ? heldBy(answer) : undefined;
  if (held === undefined) return false;
  return range === undefined ? held.first > 0 || held.last + 1 < held.total : !coversRange(answer, range);
}

/** What a recorded answer has of the range; undefined if it lacks its first byte, or if the header is not of one range. */
export function rangeOf(answer: RecordedAnswer, range: string): RangeAnswer | undefined {
  const held = heldBy(answer);
  const wanted = held === undefined ? undefined : wantedPart(range, held.total);
  if (held === undefined || wanted === undefined || wanted.first < held.first || wanted.first > held.last)
    return undefined;
  const last = Math.min(wanted.last, held.last);
  return {
    contentRange: `bytes ${wanted.first}-${last}/${held.total}`,
    body: answer.body.subarray(wanted.first - held.first, last - held.first + 1),
  };
}

function heldBy({ status, body, headers }: RecordedAnswer): Held | undefined {
  if (body.length === 0) return undefined;
  if (status === 200) return { first: 0, last: body.length - 1, total: body.length };
  if (status !== 206) return undefined;
  const value = headers.find(({ name }) => name.toLowerCase() === 'content-range')?.value ?? '';
  const [, first = '', total = ''] = /^bytes (\d+)-\d+\/(\d+)$/.exec(value.trim()) ?? [];
  if (first === '') return undefined;
  return { first: Number(first), last: Number(first) + body.length - 1, total: Number(total) };
}

/** `bytes=0-99`, `bytes=100-` or `bytes=-50`. */
function wantedPart(range: string, total: number): Part | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return { first: Math.max(0, total - Number(last)), last: total - 1 };
  const end = last === '' ? total - 1 : Math.min(Number(last), total - 1);
  return Number(first) > end ? undefined : { first: Number(first), last: end };
}
