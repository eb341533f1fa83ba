#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { surviveLostReader } from './lost-reader.ts';
import { nodeMistake } from './node-version.ts';

// A run is a stream of short-lived events. V8 would let their garbage grow to 130 MB before it looks at it.
setFlagsFromString('--semi-space-growth-factor=1');

surviveLostReader();
const mistake = nodeMistake(process.version);
if (mistake === undefined) {
  const { gridrun } = await import('./gridrun.ts');
  process.exit(await gridrun(process.argv.slice(2)));
}
console.error(mistake);
process.exit(2);
