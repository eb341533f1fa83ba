import type { RunEvent } from '../core/event.ts';
import { code, count, date, duration, flag, place, text } from './basic-shapes.ts';
import {
  arm,
  attempt,
  builds,
  checkPlan,
  chrome,
  control,
  excuse,
  fault,
  historyGroup,
  rememberedRun,
  shard,
  site,
  siteVerdict,
} from './result-shapes.ts';
import { isObject, leaf, listOf, objectOf, optional, wordOf, type FieldShapes, type Shape } from './shape.ts';

/** The fields of an event beside its type and its date. */
type FieldsOf<Type extends RunEvent['type']> = FieldShapes<Omit<Extract<RunEvent, { type: Type }>, 'type' | 'at'>>;

/** A reason that may be a secret of the user too, and then is masked. */
const reason: Shape<never> = leaf('a text', text.is);

/** Every field of each event. */
const FIELDS: { readonly [Type in RunEvent['type']]: FieldsOf<Type> } = {
  'run-started': {
    schema: count,
    run: text,
    gridrun: text,
    host: text,
    checks: listOf(checkPlan),
    siteCount: count,
    duplicateCount: count,
    planHash: text,
    shard,
    sessions: count,
    grid: text,
    chrome: optional(chrome),
    resumes: optional(text),
    suiteHash: optional(text),
    importsHash: optional(text),
    checksLeftOut: optional(flag),
    lastFailed: optional(flag),
    builds: optional(builds),
    control: optional(control),
    failOnFlaky: optional(flag),
  },
  'sites-planned': { sites: listOf(site), indexes: optional(listOf(place)) },
  'grid-ready': { grid: text, sessions: count },
  'grid-scaled': { nodes: count, reason: text },
  'extension-loaded': { arm, id: text, name: text, version: text, sha256: text, text },
  'session-opened': {
    sessionId: text,
    slot: count,
    node: text,
    browserName: text,
    browserVersion: text,
    durationMs: duration,
    arm: optional(arm),
    extensionId: optional(text),
  },
  'session-closed': { sessionId: text, slot: count, reason, siteCount: count },
  'unit-started': { unit: count, slot: count, siteIds: listOf(text) },
  'attempt-started': { siteId: text, attempt: count, slot: count, sessionId: text },
  'attempt-ended': { slot: count, amended: optional(flag), attempt },
  'site-judged': { amended: optional(flag), verdict: siteVerdict },
  'site-excused': { siteId: text, checks: listOf(excuse) },
  'site-remembered': { siteId: text, runs: listOf(rememberedRun) },
  'history-compared': { groups: listOf(historyGroup) },
  'check-output': { siteId: text, stream: wordOf({ stdout: true, stderr: true }), text },
  'slot-idle': { slot: count, why: text },
  notice: { level: wordOf({ info: true, warning: true }), code, text },
  'run-stopping': { reason, text },
  'run-ended': {
    durationMs: duration,
    stopped: wordOf({
      '': true,
      interrupted: true,
      'max-failures': true,
      'global-timeout': true,
      journal: true,
      outage: true,
    }),
    faults: listOf(fault),
  },
};

const SHAPES: ReadonlyMap<unknown, Shape<unknown>> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [
    type,
    objectOf({ ...fields, type: text, at: date } as FieldShapes<object>),
  ]),
);

/** Why a value is not an event of this schema. Undefined if it is one. */
export function whyNotEvent(value: unknown): string | undefined {
  if (!isObject(value)) return 'not a JSON object';
  const { type } = value;
  const shape = SHAPES.get(type);
  if (shape?.is(value) === true) return undefined;
  if (typeof type !== 'string') return 'an event without a type';
  if (shape === undefined) return `an event of the unknown type ${JSON.stringify(type)}`;
  if (value['at'] === undefined) return `${type} without a date`;
  return `${type} whose ${shape.why(value, '') ?? 'fields are wrong'}`;
}
