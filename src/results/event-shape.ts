import type { RunEvent } from '../core/event.ts';

type Kind = 'string' | 'number' | 'array' | 'object';

/** The fields of each event that the state relies on. */
const SHAPES: Readonly<Record<RunEvent['type'], Readonly<Record<string, Kind>>>> = {
  'run-started': {
    schema: 'number',
    run: 'string',
    checks: 'array',
    planHash: 'string',
    shard: 'object',
    siteCount: 'number',
  },
  'sites-planned': { sites: 'array' },
  'grid-ready': { grid: 'string', sessions: 'number' },
  'extension-loaded': {
    arm: 'string',
    id: 'string',
    name: 'string',
    version: 'string',
    sha256: 'string',
    text: 'string',
  },
  'grid-scaled': { nodes: 'number', reason: 'string' },
  'session-opened': {
    sessionId: 'string',
    slot: 'number',
    node: 'string',
    browserName: 'string',
    browserVersion: 'string',
  },
  'session-closed': { sessionId: 'string', slot: 'number', reason: 'string', siteCount: 'number' },
  'unit-started': { unit: 'number', slot: 'number', siteIds: 'array' },
  'attempt-started': { siteId: 'string', attempt: 'number', slot: 'number', sessionId: 'string' },
  'attempt-ended': { slot: 'number', attempt: 'object' },
  'site-judged': { verdict: 'object' },
  'site-excused': { siteId: 'string', checks: 'array' },
  'site-remembered': { siteId: 'string', runs: 'array' },
  'check-output': { siteId: 'string', stream: 'string', text: 'string' },
  'slot-idle': { slot: 'number', why: 'string' },
  notice: { level: 'string', code: 'string', text: 'string' },
  'run-stopping': { reason: 'string', text: 'string' },
  'run-ended': { durationMs: 'number', stopped: 'string', faults: 'array' },
};

/** Why a value is not an event of this schema. Undefined if it is one. */
export function whyNotEvent(value: unknown): string | undefined {
  if (kindOf(value) !== 'object') return 'not a JSON object';
  const fields = value as Readonly<Record<string, unknown>>;
  const type = fields['type'];
  if (typeof type !== 'string') return 'an event without a type';
  if (!Object.hasOwn(SHAPES, type)) return `an event of the unknown type ${JSON.stringify(type)}`;
  if (typeof fields['at'] !== 'number') return `${type} without a date`;
  const shape = SHAPES[type as RunEvent['type']];
  const wrong = Object.entries(shape).find(([name, kind]) => kindOf(fields[name]) !== kind);
  return wrong === undefined ? whyNotNested(type, fields) : `${type} whose ${wrong[0]} is not of type ${wrong[1]}`;
}

/** Checks one level deeper in the two events that hold a whole result. */
function whyNotNested(type: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  if (type !== 'attempt-ended' && type !== 'site-judged') return undefined;
  const name = type === 'attempt-ended' ? 'attempt' : 'verdict';
  const nested = fields[name] as Readonly<Record<string, unknown>>;
  return typeof nested['siteId'] === 'string' && Array.isArray(nested['checks'])
    ? undefined
    : `${type} whose ${name} has no siteId or no checks`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}
