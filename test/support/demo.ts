import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

export const ROOT = new URL('../../', import.meta.url).pathname;

/** The demo's sites on a port of their own, so that tests need not share the demo's. */
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
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const port = /:(\d+)/.exec(line.toString())?.[1] ?? line.toString().trim();
  const list = (await readFile(`${ROOT}sites.json`, 'utf8')).replaceAll(':8471', `:${port}`);
  return {
    list,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    },
  };
}
