import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { countSources, unreadMistake } from './source-files.ts';

export interface CountedTool {
  /** The npm package whose command of the same name it is. */
  readonly name: string;
  readonly args: readonly string[];
  /** Finds in its output how many files it read. */
  readonly readCount: RegExp;
}

/**
 * Runs a tool of `node_modules` in the working directory, shows what it says, and resolves to its exit code; to 1
 * where it read fewer files than there are, or does not say how many.
 */
export async function runCounted(tool: CountedTool): Promise<number> {
  const child = spawn(process.execPath, [binOf(tool.name), ...tool.args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: withoutColours(process.env),
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

/** Some tools colour what they say in CI, whatever reads it; one takes even FORCE_COLOR=0 for a wish. */
function withoutColours({ FORCE_COLOR: _force, CI: _ci, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NO_COLOR: '1' };
}

/** Its script, so that no shell and no `.cmd` file is needed to start it. */
function binOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url);
  if (path === undefined) throw new Error(`the package ${name} is not installed: run npm ci`);
  const { bin } = JSON.parse(readFileSync(path, 'utf8')) as { bin: string | Record<string, string> };
  const script = typeof bin === 'string' ? bin : bin[name];
  if (script === undefined) throw new Error(`the package ${name} has no command ${name}: see ${path}`);
  return join(dirname(path), script);
}
