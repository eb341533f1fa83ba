import { CHROME_INSTALL, NODE_IMAGE, SHARD_END, type CiOrder, type ProjectFile } from './project-file.ts';

/** A Drone pipeline: one step per shard, in parallel in one workspace, and a step that merges them. */
export function droneFile({ shards, gridrun, install }: CiOrder): ProjectFile {
  const numbers = Array.from({ length: shards }, (_, index) => index + 1);
  const before = install === '' ? 'clone' : 'install';
  const steps = numbers.map(
    (shard) => `  - name: shard-${shard}
    image: ${NODE_IMAGE}
    depends_on: [${before}]
    commands:
      - ${CHROME_INSTALL}
      - ${gridrun} --shard ${shard}/${shards} --out shards/${shard} --reporter line ${SHARD_END}
`,
  );
  return {
    path: '.drone.yml',
    content: `kind: pipeline
type: docker
name: gridrun

steps:
${install === '' ? '' : `  - name: install\n    image: ${NODE_IMAGE}\n    commands:\n      - ${install}\n\n`}  # Exit codes 1 and 3 do not fail this step: the merge step decides.
${steps.join('\n')}
  - name: merge
    image: ${NODE_IMAGE}
    depends_on: [${numbers.map((shard) => `shard-${shard}`).join(', ')}]
    when:
      status: [success, failure]
    environment:
      # Drone keeps no files. To keep the history from build to build, put this folder on a volume.
      GRIDRUN_HISTORY: .gridrun-history
    commands:
      - mkdir -p shards gridrun-results "$GRIDRUN_HISTORY"
      - if [ -f "$GRIDRUN_HISTORY/history.sqlite" ]; then cp "$GRIDRUN_HISTORY/history.sqlite" gridrun-results/; fi
      - code=0
      - ${gridrun} merge-reports shards --reporter line || code=$?
      - if [ -f gridrun-results/history.sqlite ]; then cp gridrun-results/history.sqlite "$GRIDRUN_HISTORY/"; fi
      - exit $code
`,
  };
}
