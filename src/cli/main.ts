#!/usr/bin/env node
import { nodeMistake } from './node-version.ts';

const mistake = nodeMistake(process.version);
if (mistake === undefined) {
  const { gridrun } = await import('./gridrun.ts');
  process.exit(await gridrun(process.argv.slice(2)));
}
console.error(mistake);
process.exit(2);
