import { readFileSync, writeFileSync } from 'node:fs';
import { withBlocks } from './readme-blocks.ts';

writeFileSync('README.md', withBlocks(readFileSync('README.md', 'utf8')));
