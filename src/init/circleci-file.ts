import { CHROME_INSTALL, NODE_IMAGE, SHARD_END, type CiOrder, type ProjectFile } from './project-file.ts';

/** A CircleCI workflow: one container per shard, and a job that merges them and keeps the history. */
export function circleciFile({ shards, gridrun, install }: CiOrder): ProjectFile {
  const installed = install === '' ? '' : `      - run: ${install}\n`;
  return {
    path: '.circleci/config.yml',
    content: `version: 2.1

jobs:
  shard:
    docker:
      - image: ${NODE_IMAGE}
    parallelism: ${shards}
    steps:
      - checkout
      - run: ${CHROME_INSTALL}
${installed}      # Exit codes 1 and 3 do not fail this job: the merge job decides. CircleCI counts from 0.
      - run: ${gridrun} --shard "$((CIRCLE_NODE_INDEX + 1))/$CIRCLE_NODE_TOTAL" --out "shards/$CIRCLE_NODE_INDEX" --reporter line ${SHARD_END}
      - persist_to_workspace:
          root: .
          paths: [shards]

${mergeJob(gridrun, installed)}workflows:
  gridrun:
    jobs:
      - shard
      - merge:
          requires: [shard]
`,
  };
}

/** @param installed the lines that install the project; empty if there are none */
function mergeJob(gridrun: string, installed: string): string {
  return `  merge:
    docker:
      - image: ${NODE_IMAGE}
    steps:
      - checkout
${installed}      - attach_workspace:
          at: .
      - restore_cache:
          keys: [gridrun-history-]
      - run: ${gridrun} merge-reports shards --reporter line
      - save_cache:
          when: always
          key: gridrun-history-{{ epoch }}
          paths: [gridrun-results/history.sqlite]
      - store_test_results:
          path: gridrun-results
      - store_artifacts:
          path: gridrun-results

`;
}
