import { spawn } from 'node:child_process';
import { once } from 'node:events';

const STUB = new URL('../../test/stub/main.ts', import.meta.url).pathname;
const NODES = 10;
/** Pages take as long as real ones; commands and new sessions take what they take on a hub nearby. */
const LATENCY = {
  'command-ms': 5,
  'session-ms': 400,
  'navigate-median-ms': 1000,
  'navigate-sigma': 0.8,
};

export interface StubHub extends Disposable {
  readonly url: string;
}

/** A hub without browsers, in a process of its own, so that nothing of it is measured. Disposing it ends the process. */
export async function startStubHub(sessions: number, flags: readonly string[] = []): Promise<StubHub> {
  const size = ['--nodes', String(NODES), '--sessions-per-node', String(Math.ceil(sessions / NODES))];
  const latency = Object.entries(LATENCY).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const stub = spawn(process.execPath, [STUB, ...flags, ...size, ...latency], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(stub.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), [Symbol.dispose]: () => void stub.kill() };
}
