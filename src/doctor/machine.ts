import { majorOf, MIN_NODE_MAJOR } from '../core/node-version.ts';
import { note, ok, problem, type Finding } from './finding.ts';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** Of a results folder with the evidence of a few failures; of a thousand it may be more. */
const MIN_DISK_BYTES = 200 * MEBIBYTE;
const GOOD_DISK_BYTES = 2 * GIBIBYTE;
/** gridrun itself with its workers. */
const OWN_BYTES = 300 * MEBIBYTE;
/** A Chrome with one page, its driver included. */
const CHROME_BYTES = 350 * MEBIBYTE;
/** A lane, and the connection of a session elsewhere. */
const LANE_BYTES = 2 * MEBIBYTE;

export function nodeFinding(version: string): Finding {
  if (majorOf(version) >= MIN_NODE_MAJOR) return ok('node', `Node ${version}`);
  return problem(
    'node',
    `Node ${version} is too old`,
    `install Node ${MIN_NODE_MAJOR} or newer, or add the npm package node@${MIN_NODE_MAJOR} as a dev dependency`,
  );
}

/** @param freeBytes of the disk on which the folder is */
export function diskFinding(what: string, folder: string, freeBytes: number): Finding {
  const text = `${gibibytes(freeBytes)} free for ${what} (${folder})`;
  if (freeBytes < MIN_DISK_BYTES)
    return problem(
      'disk',
      `only ${text}`,
      'make room there, or name another folder: --out for results, TMPDIR for profiles',
    );
  return freeBytes < GOOD_DISK_BYTES
    ? note('disk', text, 'a long list with many failures needs more')
    : ok('disk', text);
}

/** @param isLocal the browsers are on this machine too */
export function memoryFinding(freeBytes: number, sessions: number, isLocal: boolean): Finding {
  const each = isLocal ? CHROME_BYTES : LANE_BYTES;
  const needed = OWN_BYTES + sessions * each;
  const text = `${gibibytes(freeBytes)} of memory are free; ${sessions} ${sessions === 1 ? 'session needs' : 'sessions need'} about ${gibibytes(needed)}`;
  if (needed <= freeBytes) return ok('memory', text);
  const fitting = Math.max(1, Math.floor((freeBytes - OWN_BYTES) / each));
  return problem('memory', text, `give --sessions ${fitting}, or a grid on other machines`);
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
}
