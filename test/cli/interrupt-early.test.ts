import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const FILES = { 'sites.json': siteList('a'), 'x.check.mjs': checkFile('') };
const HERE = "import { writeFileSync } from 'node:fs'; writeFileSync('here', String(process.pid));";

/** What waits for ever before a run can start, and tells by the file `here` that it has begun. */
const WAITING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a check file that does not finish loading': {
    'x.check.mjs': `${HERE} await new Promise(() => {}); it('never', () => {});`,
  },
  'a web server that does not answer': {
    'server.mjs': `${HERE} setInterval(() => {}, 1000);`,
    'gridrun.config.mjs': `export default { webServer: { command: ${JSON.stringify(`"${process.execPath}" server.mjs`)}, url: 'http://127.0.0.1:9/' } };`,
  },
};

for (const [what, files] of Object.entries(WAITING)) {
  for (const stop of ['SIGINT', 'SIGTERM'] as const) {
    test(`${stop} while ${what}: exit code 130, nothing started, nothing left`, async () => {
      await using place = await Workplace.with({ ...FILES, ...files });
      const command = place.start(['x.check.mjs', '--sites', 'sites.json', '--grid', 'http://127.0.0.1:9']);
      const pid = Number(await contentOf(join(place.folder, 'here')));
      command.process.kill(stop);
      const { code, stderr } = await command.ended;
      assert.equal(code, 130, stderr);
      assert.match(stderr, /gridrun: interrupted before anything was started\n$/);
      await assert.rejects(access(join(place.folder, 'gridrun-results/events.ndjson')));
      assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
    });
  }
}

/** Of a file that another process is about to write. */
async function contentOf(path: string): Promise<string> {
  while (true) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text !== '') return text;
    await delay(20);
  }
}
