import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { TmuxTerminal, hasTmux } from '../../../scripts/tmux-terminal.ts';
import { startStub } from '../../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../../support/command.ts';
import { processesOf } from '../../support/left-behind.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const CHECK = checkFile(
  "await driver.get(site.url); assert.ok(!site.id.endsWith('5'), 'there is no button that a person could see on ' + site.url);",
);

const STATUS = /^(?:planning|\d+\/60 sites(?: · .*)?)$/;
const SESSION = /^ {2}(?: ?\d+ {2}\S+ {2}[\d.]+ (?:ms|s|min.*)(?:, attempt \d+)?|… and \d+ more sessions)$/;
const SITE = /^(?:gridrun \d\S*: 60 sites × 1 check, grid http:\S+|[✓✗!] \S+ \(.*)$/;

for (const [columns, rows] of [
  [80, 24],
  [40, 10],
] as const) {
  test(
    `a terminal of ${columns} × ${rows}: every picture of it is whole`,
    { skip: hasTmux() ? false : 'needs tmux' },
    async () => {
      await using stub = await startStub({
        sessionsPerNode: 6,
        latencyMs: ({ command }) => (command === 'POST url' ? 400 : 2),
      });
      const list = Array.from({ length: 60 }, (_, index) => ({
        id: `site-${index}`,
        url: `https://s${index}.example/`,
      }));
      await using place = await Workplace.with({ 'sites.json': JSON.stringify(list), 'x.check.mjs': CHECK });
      const command = [process.execPath, MAIN, 'x.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '-j', '6'];
      await using terminal = await TmuxTerminal.start(command, { cwd: place.folder, columns, rows, env: { CI: '' } });
      let [pictures, sessionsSeen] = [0, 0];
      while (!(await terminal.hasEnded())) {
        const lines = (await terminal.screen({ joined: true })).filter((line) => line !== '');
        // From the summary on, everything stays as it was written.
        if (lines.some((line) => /^60 sites: |^report: |^ {4}\S|^exit /.test(line))) break;
        check(lines);
        pictures++;
        sessionsSeen = Math.max(sessionsSeen, lines.filter((line) => SESSION.test(line)).length);
        await pause(20);
      }
      assert.ok(pictures > 3, `${pictures} pictures`);
      assert.equal(sessionsSeen, rows === 10 ? 4 : 6);
      while (!(await terminal.hasEnded())) await pause(20);
      const last = (await terminal.screen({ joined: true })).join('\n');
      assert.match(last, /60 sites: 54 passed, 6 failed/);
      assert.doesNotMatch(last, /sessions? busy/);
    },
  );
}

/** What stays first, then the sessions, then how far it is, once: nothing else, and nothing twice. */
function check(lines: readonly string[]): void {
  const text = lines.join('\n');
  const kinds = lines
    .map((line) => (STATUS.test(line) ? 'z' : SESSION.test(line) ? 'y' : SITE.test(line) ? 'x' : `?${line}?`))
    .join('');
  // The first line may be the rest of one that the terminal has moved out.
  assert.match(kinds, /^(?:\?[^?]*\?)?x*(?:y*z)?$/, text);
  const slots = lines.filter((line) => SESSION.test(line)).map((line) => line.trim().split(' ')[0]);
  assert.equal(new Set(slots).size, slots.length, text);
}

test(
  'a terminal that is closed stops the run, and leaves no session',
  { skip: hasTmux() && process.platform === 'linux' ? false : 'needs tmux, and /proc' },
  async () => {
    await using stub = await startStub();
    const waits = checkFile(
      "await driver.get(site.url); await new Promise((resolve) => signal.addEventListener('abort', resolve));",
    );
    await using place = await Workplace.with({ 'sites.json': siteList('a', 'b'), 'x.check.mjs': waits });
    {
      const command = [process.execPath, MAIN, 'x.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '-j', '1'];
      await using _terminal = await TmuxTerminal.start(command, {
        cwd: place.folder,
        columns: 80,
        rows: 24,
        env: { CI: '' },
      });
      await place.event((event) => event.type === 'attempt-started');
    }
    while (processesOf(place.folder).length > 0) await pause(20);
    assert.deepEqual(await place.verdicts(), { a: 'not-run', b: 'not-run' });
    assert.equal(stub.sessions().length, 0);
  },
);
