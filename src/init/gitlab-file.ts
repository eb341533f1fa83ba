import { CHROME_INSTALL, NODE_IMAGE, SHARD_END, type CiOrder, type ProjectFile } from './project-file.ts';

/** A GitLab pipeline: one job per shard, and a job that merges them, keeps the history and, with a token, comments. */
export function gitlabFile({ shards, gridrun, install }: CiOrder): ProjectFile {
  const installed = install === '' ? '' : `    - ${install}\n`;
  return {
    path: '.gitlab-ci.yml',
    content: `workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

stages: [shards, merge]

shard:
  stage: shards
  image: ${NODE_IMAGE}
  parallel: ${shards}
  script:
    - ${CHROME_INSTALL}
${installed}    # Exit codes 1 and 3 do not fail this job: the merge job decides.
    - ${gridrun} --shard "$CI_NODE_INDEX/$CI_NODE_TOTAL" --out "shards/$CI_NODE_INDEX" --reporter line ${SHARD_END}
  artifacts:
    when: always
    expire_in: 1 week
    paths: [shards/]

${mergeJob(gridrun, installed)}`,
  };
}

/** @param installed the lines that install the project; empty if there are none */
function mergeJob(gridrun: string, installed: string): string {
  return `merge:
  stage: merge
  image: ${NODE_IMAGE}
  when: always
  cache:
    key: gridrun-history
    when: always
    paths: [gridrun-results/history.sqlite]
  script:
${installed}    - mkdir -p shards
    - ${gridrun} merge-reports shards --reporter line,github=gridrun-results/summary.md
  after_script:
    # To comment on the merge request, set GRIDRUN_GITLAB_TOKEN to a project token with the scope api.
    - >-
      if [ -n "$GRIDRUN_GITLAB_TOKEN" ] && [ -n "$CI_MERGE_REQUEST_IID" ]; then
      curl --fail --silent --show-error --header "PRIVATE-TOKEN: $GRIDRUN_GITLAB_TOKEN" --form "body=<gridrun-results/summary.md"
      "$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes";
      fi
  artifacts:
    when: always
    paths: [gridrun-results/]
    reports:
      junit: gridrun-results/junit*.xml
`;
}
