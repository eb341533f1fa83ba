import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepsOf } from './papers.ts';
import { assertPrinted, shownExit } from './reader.ts';

const PAGE = `
\`\`\`sh
# a remark
gridrun grid up --nodes 4          # running it again changes nothing
gridrun \\
  --list
\`\`\`

\`\`\`ts checks/x.check.ts
it('x');
\`\`\`

\`\`\`ts
const noFile = 1;
\`\`\`

\`\`\`console
$ gridrun
✓ a (12 ms)
exit 1: a check failed
$ gridrun --list
…
\`\`\`
`;

test('the commands and files of a page, in its order', () => {
  assert.deepEqual(stepsOf(PAGE), [
    { kind: 'command', command: 'gridrun grid up --nodes 4', shown: [] },
    { kind: 'command', command: 'gridrun    --list', shown: [] },
    { kind: 'file', path: 'checks/x.check.ts', content: "it('x');\n" },
    { kind: 'command', command: 'gridrun', shown: ['✓ a (12 ms)', 'exit 1: a check failed'] },
    { kind: 'command', command: 'gridrun --list', shown: ['…'] },
  ]);
  assert.equal(shownExit(['✓ a (12 ms)', 'exit 1: a check failed']), 1);
  assert.equal(shownExit(['…']), 0);
});

test('what a page shows must be printed: times may differ, and what is left out', () => {
  assertPrinted(['✓ a (12 ms)', '…', 'report: …junit.xml'], '✓ a (1.2 s)\nmore\nreport: /x/junit.xml\n', 'x');
  assert.throws(() => assertPrinted(['✓ b (12 ms)'], '✓ a (1.2 s)\n', 'x'), /did not print/);
  assert.throws(() => assertPrinted(['4 sites'], '4 sites: 4 passed\n', 'x'), /did not print/);
});
