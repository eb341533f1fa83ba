import { CHROME_INSTALL, NODE_IMAGE, SHARD_END, type CiOrder, type ProjectFile } from './project-file.ts';

/**
 * A declarative Jenkins pipeline: one matrix cell per shard, and a stage that merges them. It needs the plugins Docker
 * Pipeline and JUnit.
 */
export function jenkinsFile({ shards, gridrun, install }: CiOrder): ProjectFile {
  const numbers = Array.from({ length: shards }, (_, index) => `'${index + 1}'`).join(', ');
  const installed = (indent: string): string => (install === '' ? '' : `${indent}sh '${install}'\n`);
  const agent = `agent { docker { image '${NODE_IMAGE}'; args '--user root' } }`;
  return {
    path: 'Jenkinsfile',
    content: `pipeline {
  agent none
  stages {
    stage('shards') {
      matrix {
        axes {
          axis { name 'SHARD'; values ${numbers} }
        }
        ${agent}
        stages {
          stage('shard') {
            steps {
              catchError {
                sh 'rm -rf shards'
                sh '${CHROME_INSTALL}'
${installed('                ')}                // Exit codes 1 and 3 do not fail this stage: the merge stage decides.
                sh '${gridrun} --shard "$SHARD/${shards}" --out "shards/$SHARD" --reporter line ${SHARD_END}'
              }
              stash name: "shard-\${SHARD}", includes: 'shards/**', allowEmpty: true
            }
          }
        }
      }
    }
${mergeStage({ numbers, agent, gridrun, installed: installed('        ') })}  }
}
`,
  };
}

interface MergeParts {
  /** The shards, quoted and separated by commas. */
  readonly numbers: string;
  readonly agent: string;
  readonly gridrun: string;
  /** The line that installs the project; empty if there is none. */
  readonly installed: string;
}

function mergeStage({ numbers, agent, gridrun, installed }: MergeParts): string {
  return `    stage('merge') {
      ${agent}
      steps {
        sh 'rm -rf shards && mkdir shards'
        script {
          for (shard in [${numbers}]) { unstash "shard-\${shard}" }
          // The history comes from the last build. Without the plugin Copy Artifact it starts again.
          try {
            copyArtifacts projectName: env.JOB_NAME, selector: lastCompleted(), filter: 'gridrun-results/history.sqlite', optional: true
          } catch (NoSuchMethodError missing) {
            echo 'no history: the plugin Copy Artifact is not installed'
          }
        }
${installed}        sh '${gridrun} merge-reports shards --reporter line'
      }
      post {
        always {
          junit testResults: 'gridrun-results/junit*.xml', allowEmptyResults: true
          archiveArtifacts artifacts: 'gridrun-results/**', allowEmptyArchive: true
        }
      }
    }
`;
}
