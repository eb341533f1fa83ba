#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { exitForBisect } from './bisect-exit.ts';
import { nodeMistake } from './node-version.ts';
import { useCompileCache } from '../os/compile-cache.ts';
import { outputWritten, surviveLostReader } from './output.ts';

// A run makes many short-lived objects. By default V8 lets their garbage grow to four times what is in use.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=100');

surviveLostReader();
const args = process.argv.slice(2);
const mistake = nodeMistake(process.version);
if (mistake === undefined) {
  useCompileCache();
  const [{ gridrun }, { exitOnStrayError }] = await Promise.all([import('./gridrun.ts'), import('./stray-error.ts')]);
  const hadStrayError = exitOnStrayError((code) => process.exit(exitForBisect(args, code)));
  const exitCode = await gridrun(args);
  await outputWritten();
  process.exit(exitForBisect(args, hadStrayError() ? 70 : exitCode));
}
console.error(mistake);
process.exit(exitForBisect(args, 2));
