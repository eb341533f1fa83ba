import { runCounted } from './counted-tool.ts';

process.exitCode = await runCounted({
  name: 'knip',
  args: [
    '--no-progress',
    '--treat-config-hints-as-errors',
    '--reporter',
    'symbols',
    '--reporter',
    './scripts/knip-file-count.ts',
    ...process.argv.slice(2),
  ],
  readCount: /knip read (\d+) files/,
});
