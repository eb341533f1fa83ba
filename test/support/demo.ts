import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

export const ROOT = new URL('../../', import.meta.url).pathname;

/** Serves the demo's sites on another port, so that tests and the demo do not share one. */
export interface DemoSites extends AsyncDisposable {
  /** sites.json, with that port. */
  readonly list: string;
}

/** @param env `DEMO_DOWN`: sites that are broken for everyone */
export async function startDemoSites(env: Readonly<Record<string, string>> = {}): Promise<DemoSites> {
  const server = spawn(process.execPath, [`${ROOT}examples/demo-sites/server.ts`], {
    env: { ...process.env, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A signal to the process group may end it at any time, before anyone waits for that.
  const ended = once(server, 'exit');
  const [line] = (await Promise.race([once(server.stdout, 'data'), ended])) as [unknown];
  if (!(line instanceof Buffer)) throw new Error("the demo's server ended before it was up");
  const port = /:(\d+)/.exec(line.toString())?.[1] ?? line.toString().trim();
  const list = (await readFile(`${ROOT}sites.json`, 'utf8')).replaceAll(':8471', `:${port}`);
  return {
    list,
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended;
    },
  };
}
