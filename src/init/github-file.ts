import { SHARD_END, type CiOrder, type ProjectFile } from './project-file.ts';

/** A GitHub Actions workflow: one job per shard, and a job that merges them, keeps the history and comments. */
export function githubFile(order: CiOrder): ProjectFile {
  const { install } = order;
  const prepare = [
    '      - uses: actions/checkout@v5',
    '      - uses: actions/setup-node@v5',
    '        with:',
    '          node-version: 24',
    ...(install === '' ? [] : [`      - run: ${install}`]),
  ].join('\n');
  return {
    path: '.github/workflows/gridrun.yml',
    content: `name: gridrun
on:
  push:
    branches: [main]
  pull_request:
  workflow_dispatch:
permissions:
  contents: read

jobs:
${shardJob(order, prepare)}${mergeJob(order, prepare)}`,
  };
}

/** @param prepare the steps before gridrun */
function shardJob({ shards, gridrun }: CiOrder, prepare: string): string {
  const numbers = Array.from({ length: shards }, (_, index) => index + 1).join(', ');
  return `  shard:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        shard: [${numbers}]
    steps:
${prepare}
      # Exit codes 1 and 3 do not fail this job: the merge job decides.
      - run: ${gridrun} --shard \${{ matrix.shard }}/${shards} --reporter line ${SHARD_END}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: shard-\${{ matrix.shard }}
          path: gridrun-results

`;
}

/** @param prepare the steps before gridrun */
function mergeJob({ gridrun }: CiOrder, prepare: string): string {
  return `  merge:
    needs: shard
    if: \${{ !cancelled() }}
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
    steps:
${prepare}
      - uses: actions/download-artifact@v5
        with:
          pattern: shard-*
          path: shards
      - uses: actions/cache/restore@v4
        with:
          path: gridrun-results/history.sqlite
          key: gridrun-history-\${{ github.run_id }}-\${{ github.run_attempt }}
          restore-keys: gridrun-history-
      - run: mkdir -p shards && ${gridrun} merge-reports shards --reporter line,github,github=gridrun-results/summary.md
      - uses: actions/cache/save@v4
        if: always()
        with:
          path: gridrun-results/history.sqlite
          key: gridrun-history-\${{ github.run_id }}-\${{ github.run_attempt }}
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: gridrun-results
          path: gridrun-results
      # A pull request from a fork is not allowed to comment. That is not a failure.
      - if: always() && github.event_name == 'pull_request'
        continue-on-error: true
        env:
          GH_TOKEN: \${{ github.token }}
          PULL_REQUEST: \${{ github.event.number }}
        run: gh pr comment "$PULL_REQUEST" --edit-last --create-if-none --body-file gridrun-results/summary.md
`;
}
