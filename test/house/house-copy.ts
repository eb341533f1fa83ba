import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const NEVER_COPIED = /(^|\/)(node_modules|\.git|dist|gridrun-results|\.cache)$/;

/** A copy of this repository in a folder of its own, in which faults can be planted. Removed at the end of its scope. */
export class HouseCopy implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'gridrun-house-'));

  /** @param only the files and folders to copy, by their paths in the repository; left out: all */
  constructor(only: readonly string[] = ['']) {
    const filter = (path: string): boolean => !NEVER_COPIED.test(path.slice(ROOT.length));
    for (const path of only) cpSync(join(ROOT, path), join(this.folder, path), { recursive: true, filter });
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  plant(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  remove(...paths: readonly string[]): void {
    for (const path of paths) rmSync(join(this.folder, path), { recursive: true });
  }

  /** Runs a script of the copy to its end. */
  async run(script: string, ...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    return await new Promise((resolve) => {
      const options = { cwd: this.folder, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1' } };
      const child = execFile(
        process.execPath,
        [join(this.folder, script), ...args],
        options,
        (_error, stdout, stderr) => {
          resolve({ code: child.exitCode ?? 1, output: stdout + stderr });
        },
      );
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
