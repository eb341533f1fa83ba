import { parseArgs } from 'node:util';
import { NEIGHBORS, type Scene } from './scene.ts';
import { play, SharedGrid, type Row } from './play.ts';
import { allScenes } from './scenes/all.ts';

// Makes faults, most of them for real, and compares what comes of each with the table of codes.
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, short: { type: 'boolean', default: false } },
});

// The grid's processes end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

let [rowCount, wrongCount] = [0, 0];
await using shared = new SharedGrid();
for await (const scene of allScenes()) {
  if (!isAsked(scene)) continue;
  for (const row of await play(scene, shared)) print(row);
}
process.stdout.write(`\n${rowCount} faults, ${wrongCount} rows are not as they must be\n`);
process.exitCode = wrongCount === 0 && rowCount > 0 ? 0 : 1;

function isAsked({ family, ground, faults, isShort }: Scene): boolean {
  if (values.short && isShort !== true) return false;
  return Object.values(faults).some(({ fault }) => `${family}: ${fault} (${ground})`.includes(values.only));
}

function print({ scene, fault, came, longestMs, limitMs, sessions, processes, folders, neighbors, wrong }: Row): void {
  rowCount += 1;
  if (wrong.length > 0) wrongCount += 1;
  const time = `${(longestMs / 1000).toFixed(1)}/${limitMs / 1000} s`;
  const cells = [
    (wrong.length > 0 ? 'WRONG' : 'ok').padEnd(5),
    `${scene.family}: ${fault} (${scene.ground})`.padEnd(62),
    came.verdict.padEnd(8),
    (came.cause || '-').padEnd(9),
    (came.code || '-').padEnd(22),
    `${came.attempts}`,
    time.padStart(11),
    `left ${sessions} ${processes} ${folders}`,
    `good ${neighbors}/${NEIGHBORS.length}`,
  ];
  process.stdout.write(`${cells.join('  ')}\n`);
  for (const text of wrong) process.stdout.write(`      ${text.trimEnd().replaceAll('\n', '\n      ')}\n`);
}
