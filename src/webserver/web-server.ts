import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GridrunError, refusal } from '../core/fault.ts';
import type { WebServerOptions } from '../core/options.ts';
import { groupLives, hasExited, signalGroup, startGroup } from '../os/process-group.ts';

const ASK_EVERY_MS = 100;
const END_DEADLINE_MS = 5_000;
const END_LOOK_MS = 50;
const LAST_OUTPUT_CHARS = 2_000;

/**
 * Starts the config's web server and waits until its URL answers with a status below 500, as Playwright does.
 * Throws `webserver.taken` if something else answers at the URL, and `webserver.not-ready` if the server ends first or
 * is not ready in time.
 */
export async function startWebServer(
  options: WebServerOptions,
  cwd: string,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  if (await answers(options.url, signal)) {
    if (options.reuseExistingServer) return { async [Symbol.asyncDispose]() {} };
    throw refusal('webserver.taken', `webServer: something already answers at ${options.url}`, {
      hint: 'stop that server, or set webServer.reuseExistingServer',
    });
  }
  const child = startGroup(options.command, [], {
    shell: true,
    cwd: resolve(cwd, options.cwd ?? '.'),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server = { [Symbol.asyncDispose]: () => end(child) };
  let output = '';
  const collect = (text: Buffer): void => {
    output = (output + text.toString()).slice(-LAST_OUTPUT_CHARS);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  try {
    await ready(child, options, signal);
  } catch (error) {
    await end(child);
    const hint = output === '' ? 'the server printed nothing' : `the server printed: ${output.trim()}`;
    throw new GridrunError('webserver.not-ready', (error as Error).message, { hint, cause: error });
  }
  return server;
}

async function ready(child: ChildProcess, options: WebServerOptions, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), signal]);
  const gone = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) =>
      reject(new Error(`webServer: \`${options.command}\` ended with ${by ?? code} before ${options.url} answered`)),
    );
  });
  gone.catch(() => {});
  while (!(await Promise.race([answers(options.url, deadline), gone]))) {
    if (signal.aborted) throw new Error('webServer: interrupted before the server was ready');
    if (deadline.aborted) throw new Error(`webServer: ${options.url} did not answer within ${options.timeoutMs} ms`);
    await Promise.race([pause(ASK_EVERY_MS), gone]);
  }
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

/** Ends the whole process group: the shell may exit before the server that it started, which still holds the port. */
async function end(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return;
  const gone = once(child, 'exit');
  await signalGroup(child, 'SIGTERM');
  const deadline = Date.now() + END_DEADLINE_MS;
  while (groupLives(child) && Date.now() < deadline) await pause(END_LOOK_MS);
  await signalGroup(child, 'SIGKILL');
  await gone;
}
