import { parseArgs } from 'node:util';
import { killTimes, report } from './kill-times.ts';
import { onChrome, onStub } from './subjects.ts';

// Kills runs with SIGKILL, resumes them, and prints what was lost, doubled or leaked: nothing may be.
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    real: { type: 'boolean', default: false },
  },
});
await (values.real ? onChrome : onStub)(async (subject) => {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const toll = await killTimes(subject, { times: Number(values.times), seed: Number(values.seed), onWrong: print });
  print(report(toll));
  process.exitCode = toll.wrong.length === 0 ? 0 : 1;
});
