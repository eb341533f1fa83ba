import { readFileSync, writeFileSync } from 'node:fs';
import { madePapers } from './docs/papers.ts';

for (const [path, text] of await madePapers((name) => readFileSync(name, 'utf8'))) writeFileSync(path, text);
