import { parseArgs } from 'node:util';
import { startStub } from './webdriver-stub.ts';
import type { StubRequest } from './webdriver-stub.ts';

// A stub hub as a process of its own, for measurements: prints its URL, ends on SIGTERM or SIGINT.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    nodes: { type: 'string', default: '1' },
    'sessions-per-node': { type: 'string', default: '4' },
    'queue-limit': { type: 'string', default: 'Infinity' },
    'command-ms': { type: 'string', default: '0' },
    'session-ms': { type: 'string', default: '0' },
    'navigate-median-ms': { type: 'string', default: '0' },
    'navigate-sigma': { type: 'string', default: '0' },
    bidi: { type: 'boolean', default: false },
    /** The name of the extension, version 1.0, that sessions list when one was installed. */
    extension: { type: 'string' },
  },
});

const commandMs = Number(values['command-ms']);
const sessionMs = Number(values['session-ms']);
const medianMs = Number(values['navigate-median-ms']);
const sigma = Number(values['navigate-sigma']);

/** A log-normal load time that depends on the URL alone, so that two runs meet the same sites. */
function navigationMs(url: string): number {
  let hash = 2166136261;
  for (const char of url) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  const uniform = (((hash ^ (hash >>> 15)) >>> 0) % 65536) / 65536 + 1 / 131072;
  const other = ((Math.imul(hash, 2654435761) >>> 0) % 65536) / 65536;
  const normal = Math.sqrt(-2 * Math.log(uniform)) * Math.cos(2 * Math.PI * other);
  return medianMs * Math.exp(sigma * normal);
}

function latencyMs(request: StubRequest): number {
  if (request.command === 'POST url') return navigationMs(String(request.body['url']));
  return request.command === 'POST session' ? sessionMs : commandMs;
}

const stub = await startStub({
  port: Number(values.port),
  nodes: Number(values.nodes),
  sessionsPerNode: Number(values['sessions-per-node']),
  queueLimit: Number(values['queue-limit']),
  bidi: values.bidi,
  latencyMs,
  ...(values.extension === undefined ? {} : { extension: { name: values.extension, version: '1.0' } }),
});
process.stdout.write(`${stub.url}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stub.stop());
