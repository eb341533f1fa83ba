import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** The system to install packages on. */
export interface PackageSystem {
  /** Whether it is Debian, Ubuntu, or a system based on them. */
  readonly isDebian: boolean;
  readonly isRoot: boolean;
  /** Runs a command until it ends. If it fails, rejects with its output. */
  run(command: string, args: readonly string[]): Promise<void>;
}

/** This machine. */
export const thisMachine: PackageSystem = {
  isDebian: process.platform === 'linux' && /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(osRelease()),
  isRoot: process.getuid?.() === 0,
  async run(command, args) {
    await promisify(execFile)(command, args, {
      timeout: INSTALL_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  },
};

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
