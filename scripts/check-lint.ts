import { runCounted } from './counted-tool.ts';

process.exitCode = await runCounted({
  name: 'oxlint',
  args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives', ...process.argv.slice(2)],
  readCount: / on (\d+) files? with /,
});
