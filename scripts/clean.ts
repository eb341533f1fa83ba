import { rmSync } from 'node:fs';

// What an earlier build left would be packed too.
rmSync('dist', { recursive: true, force: true });
