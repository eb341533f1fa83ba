import { readFileSync, readdirSync } from 'node:fs';

/** The processes of one Chrome. Linux only. */
export interface ChromeProcesses {
  readonly driver: number;
  readonly browser: number;
  /** By their `--type`: `renderer`, `gpu-process`, `utility`, `zygote`. */
  ofType(type: string): number[];
}

/** The processes of the Chrome that has this profile, and its driver. */
export function chromeProcesses(profile: string): ChromeProcesses {
  const parents = new Map<number, number>();
  let browser: number | undefined;
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const command = textOf(`/proc/${name}/cmdline`);
    parents.set(Number(name), Number(/^PPid:\s*(\d+)$/m.exec(textOf(`/proc/${name}/status`))?.[1]));
    const isBrowser = command.includes(`--user-data-dir=${profile}`) && !command.includes('--type=');
    if (isBrowser) browser = Number(name);
  }
  if (browser === undefined) throw new Error(`no Chrome has the profile ${profile}`);
  const root = browser;
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid)!));
  return {
    driver: parents.get(root)!,
    browser: root,
    ofType: (type) =>
      [...parents.keys()].filter((pid) => isBelow(pid) && textOf(`/proc/${pid}/cmdline`).includes(`--type=${type}`)),
  };
}

/** Kills what is left of the Chrome that has this profile. */
export function killChrome(profile: string): void {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    if (!textOf(`/proc/${name}/cmdline`).includes(`--user-data-dir=${profile}`)) continue;
    try {
      process.kill(Number(name), 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
