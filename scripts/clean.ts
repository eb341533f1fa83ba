import { rmSync } from 'node:fs';

// Remove the files of earlier builds, because npm would pack them too.
rmSync('dist', { recursive: true, force: true });
