import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { countSources, unreadMistake } from './source-files.ts';

export interface CountedTool {
  /** The name of the npm package and of its command. */
  readonly name: string;
  readonly args: readonly string[];
  /** Matches the number of files that the tool read, in its output. */
  readonly readCount: RegExp;
}

/**
 * Runs a tool from `node_modules` in the working directory and prints its output. Returns its exit code, or 1 if it read
 * fewer files than there are or does not report how many.
 */
export async function runCounted(tool: CountedTool): Promise<number> {
  const child = spawn(process.execPath, [binOf(tool.name), ...tool.args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: withoutColors(process.env),
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const product = countSources(process.cwd(), ['src']);
  const mistake =
    product === 0
      ? unreadMistake(tool.name, 0, 0)
      : unreadMistake(tool.name, Number(tool.readCount.exec(output)?.[1] ?? 0), countSources(process.cwd()));
  if (mistake !== undefined) console.error(mistake);
  return mistake === undefined ? (code ?? 1) : code || 1;
}

/** Turns colors off. Some tools print colors in CI even into a pipe, and one does so even with FORCE_COLOR=0. */
function withoutColors({ FORCE_COLOR: _force, CI: _ci, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NO_COLOR: '1' };
}

/** The path of the tool's script, so that it starts without a shell or a `.cmd` file. */
function binOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  if (path === undefined) throw new Error(`the package ${name} is not installed: run npm ci`);
  const { bin } = JSON.parse(readFileSync(path, 'utf8')) as { bin: string | Record<string, string> };
  const script = typeof bin === 'string' ? bin : bin[name];
  if (script === undefined) throw new Error(`the package ${name} has no command ${name}: see ${path}`);
  return join(dirname(path), script);
}
