import { majorOf, MIN_NODE_MAJOR } from '../core/node-version.ts';
import { note, ok, problem, type Finding } from './finding.ts';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** The size of a results folder with evidence of a few failures. A thousand failures may need more. */
const MIN_DISK_BYTES = 200 * MEBIBYTE;
const GOOD_DISK_BYTES = 2 * GIBIBYTE;
/** The memory of gridrun with its workers. */
const OWN_BYTES = 300 * MEBIBYTE;
/** The memory of one Chrome with a page, including its driver. */
const CHROME_BYTES = 350 * MEBIBYTE;
/** The memory of a lane and of the connection to a remote session. */
const LANE_BYTES = 2 * MEBIBYTE;

/** Is this Node new enough? */
export function nodeFinding(version: string): Finding {
  if (majorOf(version) >= MIN_NODE_MAJOR) return ok('node', `Node ${version}`);
  return problem(
    'node',
    `Node ${version} is too old`,
    `install Node ${MIN_NODE_MAJOR} or newer, or add the npm package node@${MIN_NODE_MAJOR} as a dev dependency`,
  );
}

/**
 * @param what the content of the folder, for the message
 * @param freeBytes free bytes on the disk that holds the folder
 */
export function diskFinding(what: string, folder: string, freeBytes: number): Finding {
  const text = `${gibibytes(freeBytes)} free for ${what} (${folder})`;
  if (freeBytes < MIN_DISK_BYTES)
    return problem(
      'disk',
      `only ${text}`,
      'free some space, or use another folder: --out for results, TMPDIR for profiles',
    );
  return freeBytes < GOOD_DISK_BYTES
    ? note('disk', text, 'a long list with many failures needs more')
    : ok('disk', text);
}

/** @param isLocal the browsers run on this machine too */
export function memoryFinding(freeBytes: number, sessions: number, isLocal: boolean): Finding {
  const each = isLocal ? CHROME_BYTES : LANE_BYTES;
  const needed = OWN_BYTES + sessions * each;
  const text = `${gibibytes(freeBytes)} of memory is free; ${sessions} ${sessions === 1 ? 'session needs' : 'sessions need'} about ${gibibytes(needed)}`;
  if (needed <= freeBytes) return ok('memory', text);
  const fitting = Math.max(1, Math.floor((freeBytes - OWN_BYTES) / each));
  return problem('memory', text, `use --sessions ${fitting}, or a grid on other machines`);
}

function gibibytes(bytes: number): string {
  return `${(bytes / GIBIBYTE).toFixed(1)} GiB`;
}
