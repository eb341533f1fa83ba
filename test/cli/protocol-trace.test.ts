import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile } from '../support/command.ts';

const TOKEN = 'planted-token-7391';
const PASSWORD = 'planted-password-5527';
const LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S/;

const SITES = JSON.stringify([
  { id: 'a', url: 'https://a.example/', env: ['TOKEN'], data: { pin: 'planted-pin-1180' } },
]);
/** Puts the secret wherever a check can, and fails with more text than a line may hold. */
const CHECKS = checkFile(`
  console.log('the token is ' + site.env.TOKEN);
  await driver.get(site.url + '?token=' + site.env.TOKEN);
  await driver.getTitle();
  throw new Error(site.env.TOKEN + ' is refused ' + 'x'.repeat(5000));
`);
const FILES = { 'sites.json': SITES, 'x.check.mjs': CHECKS };

async function runTraced(debug: string): Promise<{ readonly stderr: string; readonly code: number | null }> {
  await using stub = await startStub({ auth: `bob:${PASSWORD}`, bidi: true });
  await using place = await Workplace.with(FILES);
  const grid = stub.url.replace('://', `://bob:${PASSWORD}@`);
  const args = ['x.check.mjs', '--sites', 'sites.json', '--grid', grid];
  return await place.run(args, { env: { TOKEN, ...(debug === '' ? {} : { GRIDRUN_DEBUG: debug }) } });
}

test('GRIDRUN_DEBUG=protocol traces messages and wire commands of both processes, a line each', async () => {
  const { stderr, code } = await runTraced('protocol');
  assert.equal(code, 1);
  const lines = stderr.trimEnd().split('\n');
  for (const line of lines) {
    assert.match(line, LINE);
    assert.ok(line.length < 1_200, line);
  }
  const text = lines.map((line) => line.replace(/^\S+ /, '')).join('\n');
  assert.match(text, /^http POST http:\/\/127\.0\.0\.1:\d+\/session: \d+, \d+ ms$/m);
  assert.match(text, /^http DELETE http:\/\/\S+\/session\/\S+: \d+, \d+ ms$/m);
  assert.match(text, /^worker \d+: started$/m);
  assert.match(text, /^to worker \d+ \{"type":"load","files":1,"setup":0\}$/m);
  assert.match(text, /^from worker \d+ \{"type":"loaded",/m);
  assert.match(text, /^to worker \d+ \{"type":"attempt","id":1,"slot":0,"site":"a","attempt":1,"arm":"subject",/m);
  assert.match(text, /^worker \d+ http POST http:\/\/\S+\/url: \d+, \d+ ms$/m);
  assert.match(text, /^from worker \d+ \{"type":"check","id":1,/m);
  assert.match(text, /^from worker \d+ \{"type":"done","id":1,/m);
  assert.match(text, /^worker \d+: ended, /m);
});

test('no secret and no data of the list is in the trace', async () => {
  const { stderr } = await runTraced('api,protocol');
  assert.match(stderr, /the token is \*\*\*/);
  for (const secret of [TOKEN, PASSWORD, 'planted-pin-1180', Buffer.from(`bob:${PASSWORD}`).toString('base64')])
    assert.ok(!stderr.includes(secret), secret);
});

for (const debug of ['', 'api']) {
  test(`without it nothing is on stderr (GRIDRUN_DEBUG=${debug})`, async () => {
    const { stderr, code } = await runTraced(debug);
    assert.equal(code, 1);
    assert.equal(stderr, '');
  });
}
