import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { agreementOf, type Answer, type LabelledField } from '../../examples/corpus/agreement.ts';
import type { OwnedSession } from '../../src/core/ports.ts';
import { extensionGrid } from '../../src/extension/extension-grid.ts';
import { readExtension } from '../../src/extension/read-extension.ts';
import { serveCorpus } from '../corpus/corpus-server.ts';
import { commandsOf, ownLocalGrid, request } from './sessions.ts';

// Puts the demo extension on captured login pages, and prints on how many of them it marked the password field that
// people labelled:
//   node test/extension/main.ts [--pages 100] [--least 90]
const { values } = parseArgs({
  options: { pages: { type: 'string', default: '100' }, least: { type: 'string', default: '90' } },
});
const SESSION_PAGES = 25;
/** Captured pages refer to hosts that must not be reached: their references fail at once. */
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE *.localhost , EXCLUDE localhost , EXCLUDE 127.0.0.1';
/** The extension looks for the last time three seconds after the page has loaded. */
const LOOK = `
const end = performance.now() + 3500;
const look = () => {
  const field = document.querySelector('[data-oneclick=password]');
  if (field !== null) done({ tag: field.localName, index: [...document.querySelectorAll(field.localName)].indexOf(field) });
  else if (performance.now() > end) done(null);
  else setTimeout(look, 50);
};
look();`;

interface Page {
  readonly id: string;
  readonly truth: readonly LabelledField[];
}

const wanted = Number(values.pages);
await using corpus = await serveCorpus();
await using local = await ownLocalGrid();
const grid = extensionGrid(
  local,
  await readExtension(fileURLToPath(new URL('../../examples/extension', import.meta.url))),
);
const labelled = corpus.pages.filter(
  ({ truth }) => agreementOf(truth, { username: null, password: null, submit: null }).password === 'missed',
);
const chosen = Array.from(
  { length: Math.min(wanted, labelled.length) },
  (_, index) => labelled[Math.floor((index * labelled.length) / wanted)]!,
);
const answers: { page: Page; answer: Answer | 'error' }[] = [];
for (let start = 0; start < chosen.length; start += SESSION_PAGES) {
  const owned = await grid.openSession(request({ 'goog:chromeOptions': { args: [OFFLINE] } }));
  try {
    for (const page of chosen.slice(start, start + SESSION_PAGES))
      answers.push({ page, answer: await answerOn(owned, page) });
  } finally {
    await owned.release();
  }
}
const right = answers.filter(({ answer }) => answer === 'right').length;
for (const { page, answer } of answers) if (answer !== 'right') console.log(`${answer}: ${page.id}`);
const share = (100 * right) / answers.length;
console.log(`the right password field on ${right} of ${answers.length} captured login pages (${share.toFixed(1)} %)`);
process.exitCode = share >= Number(values.least) ? 0 : 1;

/** A captured page may open an alert or navigate by itself. Then it is looked at a second time. */
async function answerOn(owned: OwnedSession, page: (typeof chosen)[number]): Promise<Answer | 'error'> {
  const { post, run } = commandsOf(owned.session);
  await post('/url', { url: corpus.urlOf(page) }).catch(() => {});
  for (let glance = 0; glance < 2; glance++) {
    try {
      const password = (await run(LOOK)) as { tag: string; index: number } | null;
      return agreementOf(page.truth, { username: null, password, submit: null }).password;
    } catch {
      await post('/alert/dismiss', {}).catch(() => {});
    }
  }
  return 'error';
}
