import type { ReplayMiss, ReplayRecord, RequestKind } from '../core/replay-record.ts';
import { count, text } from './basic-shapes.ts';
import { listOf, objectOf, wordOf } from './shape.ts';

const requestKind = wordOf<RequestKind>({
  document: true,
  script: true,
  style: true,
  image: true,
  font: true,
  media: true,
  fetch: true,
  websocket: true,
  other: true,
});
export const replay = objectOf<ReplayRecord>({
  hits: count,
  misses: listOf(objectOf<ReplayMiss>({ url: text, kind: requestKind })),
});
