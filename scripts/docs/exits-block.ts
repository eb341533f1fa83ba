import { exitOf, type RunOutcome } from '../../src/core/outcome.ts';
import { NO_COUNTS } from '../../src/core/verdict.ts';
import { table } from './markdown.ts';

const NOTHING: RunOutcome = {
  counts: NO_COUNTS,
  interrupted: false,
  refused: false,
  reportFailed: false,
  bug: false,
  failOnFlaky: false,
};

/** An outcome for each exit code there is, in the order in which they win. */
const OUTCOMES: readonly RunOutcome[] = [
  { ...NOTHING, bug: true },
  { ...NOTHING, refused: true },
  { ...NOTHING, interrupted: true },
  { ...NOTHING, reportFailed: true },
  { ...NOTHING, counts: { ...NO_COUNTS, failed: 1 } },
  { ...NOTHING, counts: { ...NO_COUNTS, errored: 1 } },
];

/** The exit codes, the one that wins first. */
export function exitsBlock(): string {
  const rows = OUTCOMES.map((outcome) => {
    const { code, reasons } = exitOf(outcome);
    return [String(code), reasons.join(', ')];
  });
  return table(['code', 'meaning'], [...rows, ['0', 'everything passed']]);
}
