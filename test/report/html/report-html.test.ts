import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Key, type WebElement } from 'selenium-webdriver';
import type { Attachment } from '../../../src/core/attempt.ts';
import type { Fault } from '../../../src/core/fault.ts';
import { parseJournal } from '../../../src/results/replay.ts';
import { startChrome } from '../../examples/chrome.ts';
import { missing } from '../../support/machine.ts';
import { errored, failed, FakeRun, passed, siteOf, variedRun } from '../../support/run-events.ts';
import { SweepRun } from '../../support/sweep-run.ts';
import { ReportFolder, ReportPage, writeReport } from './report-page.ts';

const skip = missing('chrome');
const folder = new ReportFolder();
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
let chrome: Awaited<ReturnType<typeof startChrome>> | undefined;
let sweep: ReportPage;
let varied: ReportPage;
let known: ReportPage;
let broken: ReportPage;
let hostile: ReportPage;
let filmed: ReportPage;

before(async () => {
  if (skip !== false) return;
  chrome = await startChrome();
  const { driver } = chrome;
  const run = new SweepRun({ siteCount: 300, checkCount: 10, failingCount: 30, faultCount: 4, slotCount: 4 });
  sweep = new ReportPage(driver, await writeReport(folder.path, run.events, 'sweep.html'));
  varied = new ReportPage(driver, await writeReport(folder.path, rememberedRun().events, 'varied.html'));
  known = new ReportPage(driver, await writeReport(folder.path, excusedRun().events, 'known.html'));
  broken = new ReportPage(driver, await writeReport(folder.path, brokenRun().events, 'broken.html'));
  hostile = new ReportPage(driver, await writeReport(folder.path, hostileRun().events, 'hostile.html'));
  filmed = new ReportPage(driver, await writeReport(folder.path, filmedRun().events, 'filmed.html'));
});

after(async () => {
  await chrome?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** A site of which two nights are known. */
function rememberedRun(): FakeRun {
  const runs = [
    { run: 'last-night', startedAt: 2, verdict: 'passed' as const },
    { run: 'the-night-before', startedAt: 1, verdict: 'errored' as const, cause: 'site' as const },
  ];
  return variedRun().add({ type: 'site-remembered', siteId: 'bad', runs }).ended();
}

function picture(path: string): Attachment {
  return { name: 'screenshot.png', path, contentType: 'image/png' };
}

/** Two sites fail alike, of which the baseline knows one; a control says that it is the extension. */
function excusedRun(): FakeRun {
  const sites = [siteOf('old', { tags: ['shop'] }), siteOf('fresh', { tags: ['bank'] }), siteOf('fine')];
  const thrown = { message: 'boom', stack: 'Error: boom\n    at worker.js:1:1', where: 'worker' };
  return new FakeRun(sites, ['works'], { control: 'on-failure' })
    .add({
      type: 'extension-loaded',
      arm: 'subject',
      id: 'abc',
      name: 'Filler',
      version: '1.2.3',
      sha256: 'f00d'.repeat(16),
      text: 'by upload',
    })
    .session('s1')
    .attempt('old', [failed('works')])
    .judged('old')
    .attempt('fresh', [{ ...failed('works'), attachments: [picture('evidence/fresh/1.png')] }], {
      extensionErrors: [thrown],
    })
    .attempt('fresh', [{ ...passed('works'), attachments: [picture('evidence/fresh/2.png')] }], { arm: 'control' })
    .judged('fresh')
    .attempt('fine', [passed('works')])
    .judged('fine')
    .add({
      type: 'site-excused',
      siteId: 'old',
      checks: [{ title: 'works', by: 'baseline', text: 'failed in last-night' }],
    })
    .ended();
}

/** The build broke one of two sites, for sure. */
function brokenRun(): FakeRun {
  const titles = ['works', 'is down'];
  const run = new FakeRun([siteOf('shop'), siteOf('fine')], titles, { control: 'on-failure' }).session('s1');
  const down = failed('is down', 'no answer');
  run.attempt('shop', [failed('works'), down]);
  for (let pair = 0; pair < 4; pair++)
    run.attempt('shop', [passed('works'), down], { arm: 'control' }).attempt('shop', [failed('works'), down]);
  return run
    .judged('shop')
    .attempt(
      'fine',
      titles.map((title) => passed(title)),
    )
    .judged('fine')
    .ended();
}

/** A check that failed after thirty commands, each with its picture. */
function filmedRun(): FakeRun {
  const attachments = Array.from({ length: 30 }, (_, index) => {
    const name = `trace-${String(index + 1).padStart(4, '0')}-${index === 0 ? 'get' : 'send-keys'}.jpeg`;
    return { name, path: `evidence/shop/works/1/${name}`, contentType: 'image/jpeg' };
  });
  const shot = { name: 'screenshot.png', path: 'evidence/shop/works/1/screenshot.png', contentType: 'image/png' };
  return new FakeRun([siteOf('shop')], ['works'])
    .session('s1')
    .attempt('shop', [failed('works', 'no', { attachments: [shot, ...attachments] })])
    .judged('shop')
    .ended();
}

const EVIL =
  '</script><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'"><!-- \u2028\u2029 <script>';

function hostileRun(): FakeRun {
  const evil = { message: EVIL, stack: EVIL, code: EVIL as Fault['code'], cause: 'site' as const, hint: EVIL };
  const attachments = [
    { name: EVIL, path: 'javascript:document.title="owned"', contentType: 'text/html' },
    { name: 'up', path: '../../../etc/passwd', contentType: 'text/plain' },
    { name: EVIL, path: `evidence/${EVIL}`, contentType: 'image/png' },
  ];
  return new FakeRun(
    [siteOf('evil', { url: 'javascript:document.title="owned"', tags: [EVIL] }), siteOf('also')],
    [EVIL, 'plain'],
    { run: EVIL, host: EVIL, grid: EVIL },
  )
    .add({
      type: 'session-opened',
      sessionId: EVIL,
      slot: 0,
      node: EVIL,
      browserName: EVIL,
      browserVersion: EVIL,
      durationMs: 1,
    })
    .add({ type: 'slot-idle', slot: 0, why: EVIL })
    .add({ type: 'notice', level: 'warning', code: EVIL as Fault['code'], text: EVIL })
    .add({ type: 'grid-scaled', nodes: 1, reason: EVIL })
    .attempt(
      'evil',
      [{ title: EVIL, status: 'failed', durationMs: 1, fault: evil, attachments }, errored('plain', EVIL)],
      { sessionId: EVIL, node: EVIL },
    )
    .attempt(
      'evil',
      [{ title: EVIL, status: 'failed', durationMs: 1, fault: evil, attachments }, errored('plain', EVIL)],
      { sessionId: EVIL, node: EVIL, fault: evil, ending: 'faulted' },
    )
    .judged('evil')
    .add({ type: 'site-excused', siteId: 'evil', checks: [{ title: 'plain', by: 'expectation', text: EVIL }] })
    .add({
      type: 'site-remembered',
      siteId: 'evil',
      runs: [{ run: EVIL, startedAt: 1, verdict: 'failed', code: EVIL }],
    })
    .add({ type: 'run-stopping', reason: 'interrupted', text: EVIL })
    .ended('interrupted', [evil]);
}

test('a live run and the replay of its journal come to the same bytes', async () => {
  const run = new SweepRun({ siteCount: 200, checkCount: 8, failingCount: 20, faultCount: 4, slotCount: 3 });
  const live = await writeReport(folder.path, run.events, 'live.html');
  const replayed = await writeReport(folder.path, parseJournal([run.journal()], 'journal'), 'replayed.html');
  assert.ok(readFileSync(live).equals(readFileSync(replayed)));
});

test('every prefix of a journal makes a report', async () => {
  const { events } = variedRun().ended();
  for (let count = 1; count <= events.length; count++)
    await writeReport(folder.path, events.slice(0, count), 'prefix.html');
});

test('the first screen: what broke, how many share the cause, every site with every check', { skip }, async () => {
  await sweep.open();
  assert.match((await sweep.texts('h1'))[0] ?? '', /^30 sites are wrong, from \d causes$/);
  const cards = await sweep.texts('.card-count');
  assert.ok(cards.length >= 3 && cards.every((card) => /^\d+\s+sites?$/.test(card)), cards.join());
  const shared = cards.map((card) => Number.parseInt(card, 10));
  assert.equal(
    shared.reduce((sum, count) => sum + count, 0),
    30,
  );
  assert.equal(await sweep.evaluate('document.querySelector(".matrix").getAttribute("aria-rowcount")'), '301');
  assert.equal(await sweep.evaluate('document.querySelector(".matrix tbody tr").querySelectorAll(".cell").length'), 10);
  // Rows out of sight are not drawn.
  assert.ok((await sweep.evaluate<number>('document.querySelectorAll(".matrix tbody tr").length')) < 100);
});

test('the sites that the build broke are named first, and their failures have that cause', { skip }, async () => {
  await broken.open();
  assert.deepEqual(await broken.texts('.broken-sites a'), ['shop']);
  // The other check of that site fails in both arms, so its group blames the site.
  assert.deepEqual((await broken.texts('.card .chip')).toSorted(), ['cause: extension', 'cause: site']);
  await known.open();
  assert.deepEqual(await known.texts('.broken-sites'), []);
});

test('what is new is told from what is known', { skip }, async () => {
  await known.open();
  assert.deepEqual(await known.texts('h1'), ['1 site is wrong, from 1 cause']);
  assert.deepEqual(
    (await known.texts('.gate a')).map((text) => text.replaceAll(/\s+/g, ' ')),
    ['1 new', '1 known, not counted'],
  );
  await known.open('#/?gate=new');
  assert.deepEqual(await known.texts('.matrix th.site a'), ['fresh']);
  await known.open('#/site/old');
  assert.match((await known.texts('.excuse'))[0] ?? '', /known from the baseline: failed in last-night/);
});

test('filters narrow the sites, are kept in the URL, and are taken from it', { skip }, async () => {
  await varied.open();
  const { driver } = varied;
  await driver.findElement({ css: '.toggle.v-failed' }).click();
  await varied.until('document.querySelectorAll(".matrix th.site a").length === 1');
  assert.deepEqual(await varied.texts('.matrix th.site a'), ['bad']);
  assert.match(await driver.getCurrentUrl(), /#\/\?verdict=failed$/);
  await varied.open('#/?cause=site');
  assert.deepEqual(await varied.texts('.matrix th.site a'), ['gone']);
  await varied.open('#/?text=name_not_resolved');
  assert.deepEqual(await varied.texts('.matrix th.site a'), ['gone']);
  await varied.open('#/?verdict=passed&order=list');
  assert.deepEqual(await varied.texts('.matrix th.site a'), ['good', 'late']);
  await varied.open('#/?node=elsewhere');
  assert.deepEqual(await varied.texts('.empty'), ['No site matches the filters.']);
  await known.open('#/?tag=shop');
  assert.deepEqual(await known.texts('.matrix th.site a'), ['old']);
  await driver.findElement({ css: '.shown button' }).click();
  await known.until('document.querySelectorAll(".matrix th.site a").length === 3');
});

test('the keyboard alone: to the search, down the rows, into a site and back', { skip }, async () => {
  await sweep.open();
  const { driver } = sweep;
  const active = (): Promise<WebElement> => driver.switchTo().activeElement();
  await (await driver.findElement({ css: 'body' })).sendKeys('/');
  assert.equal(await (await active()).getAttribute('type'), 'search');
  await (await active()).sendKeys('music');
  await sweep.until('location.hash.includes("text=music")');
  await driver.executeScript('document.querySelector("[data-place]").focus()');
  await (await active()).sendKeys(Key.ARROW_DOWN);
  await sweep.until('document.activeElement.dataset.place === "1"');
  await (await active()).sendKeys(Key.END);
  await sweep.until('Number(document.activeElement.dataset.place) > 20');
  await (await active()).sendKeys(Key.HOME);
  await sweep.until('document.activeElement.dataset.place === "0"');
  await (await active()).sendKeys(Key.ENTER);
  await sweep.until('document.querySelector(".site-page") !== null && document.activeElement.tagName === "H1"');
  await driver.navigate().back();
  await sweep.until('document.querySelector(".matrix") !== null');
  assert.equal(await sweep.evaluate('document.querySelector("input[type=search]").value'), 'music');
});

test("a site's page: its attempts side by side, errors with their stacks, and what was kept", { skip }, async () => {
  await varied.open('#/site/bad');
  assert.deepEqual(await varied.texts('.attempt h3'), ['Attempt 1', 'Attempt 2']);
  assert.deepEqual(await varied.texts('.attempt pre[aria-label=Message]'), ['first', 'second']);
  assert.equal(
    await varied.evaluate('document.querySelector(".attachments img").getAttribute("src")'),
    './evidence/bad/form-works/1/page.png',
  );
  assert.equal(await varied.evaluate('document.querySelector(".attachments img").loading'), 'lazy');
  assert.ok(
    (await varied.evaluate<string[]>('[...document.querySelectorAll("pre")].map((pre) => pre.textContent)')).some(
      (text) => text.includes('checks/a.check.ts:3:5'),
    ),
  );
  const [left, right] = await varied.evaluate<[number, number]>(
    '[...document.querySelectorAll(".attempt")].map((attempt) => attempt.getBoundingClientRect().left)',
  );
  assert.ok(left < right, 'side by side');
  assert.deepEqual(await varied.texts('.earlier-runs li span:nth-of-type(2)'), ['passed', 'errored']);
  assert.match((await varied.texts('.earlier-runs li'))[1] ?? '', /cause: site/);
  await known.open('#/');
  assert.match(
    (await known.texts('.comparison')).join(),
    /^In short: the build broke 0 sites; flakier and slower: not measured; undecided: 2 sites; this list's own noise/,
  );
  await known.open('#/site/fresh');
  assert.deepEqual(await known.texts('.attempt h3'), ['Attempt 1, with the extension', 'Attempt 2, the control']);
  assert.match((await known.texts('.attempt dl'))[0] ?? '', /Filler 1\.2\.3 f00df00df00d/);
  assert.match((await known.texts('.attempt details pre')).join('\n'), /boom/);
  assert.deepEqual(await known.texts('.both-arms figcaption'), [
    'with the build',
    'without it, or with the other build',
  ]);
  assert.deepEqual(
    await known.evaluate('[...document.querySelectorAll(".both-arms a")].map((link) => link.getAttribute("href"))'),
    ['./evidence/fresh/1.png', './evidence/fresh/2.png'],
  );
  await varied.open('#/site/nobody');
  assert.deepEqual(await varied.texts('h1'), ['There is no site nobody in this run']);
});

test(
  'a film strip is a row that scrolls within itself, with words for each picture, for the keyboard too',
  { skip },
  async () => {
    await filmed.device(360);
    await filmed.open('#/site/shop');
    assert.equal(
      await filmed.evaluate('document.querySelectorAll(".attachments img").length'),
      1,
      'the pictures of the strip are in the strip alone',
    );
    const alts = await filmed.evaluate<string[]>(
      '[...document.querySelectorAll(".film-strip img")].map((image) => image.alt)',
    );
    assert.deepEqual([alts.length, ...alts.slice(0, 2)], [30, 'After command 1: get', 'After command 2: send-keys']);
    assert.equal(
      await filmed.evaluate(
        'document.querySelector(".film-strip").scrollWidth > document.querySelector(".film-strip").clientWidth',
      ),
      true,
    );
    assert.ok((await filmed.evaluate<number>('document.documentElement.scrollWidth')) <= 360);
    assert.equal(
      await filmed.evaluate('document.querySelector(".film-strip a").getAttribute("href")'),
      './evidence/shop/works/1/trace-0001-get.jpeg',
    );
    await filmed.evaluate('document.querySelectorAll(".film-strip a")[28].focus()');
    await (await filmed.driver.switchTo().activeElement()).sendKeys(Key.TAB);
    await filmed.until(
      'document.activeElement.querySelector("img").alt.startsWith("After command 30") && document.querySelector(".film-strip").scrollLeft > 1000',
    );
    await filmed.device(1280);
  },
);

test('causes: each once, with its sites', { skip }, async () => {
  await sweep.open('#/groups');
  const count = await sweep.evaluate<number>('document.querySelectorAll(".group").length');
  assert.deepEqual(await sweep.texts('h1'), [`${count} causes`]);
  await sweep.driver.findElement({ css: '.group .links a' }).click();
  await sweep.until('document.querySelector(".site-page") !== null');
  assert.match(await sweep.driver.getCurrentUrl(), /#\/site\/.*group=[0-9a-f]{12}/);
});

test('the timeline: a lane a slot, all that was done and waited for, and where the time went', { skip }, async () => {
  await sweep.open('#/timeline');
  assert.match((await sweep.texts('h1'))[0] ?? '', / on 4 slots$/);
  assert.deepEqual(await sweep.texts('.lane-names .lane-name'), ['0', '1', '2', '3']);
  for (const kind of ['passed', 'failed', 'session', 'opening', 'unit', 'waiting', 'again', 'scaled']) {
    assert.match(
      await sweep.evaluate<string>(`document.querySelector("svg .b-${kind}").getAttribute("d")`),
      /^M/,
      kind,
    );
  }
  const shares = (await sweep.texts('[aria-labelledby=spent] td:last-child')).map((text) => Number.parseFloat(text));
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 4, shares.join());
  assert.match((await sweep.texts('.lead'))[0] ?? '', /slots were at work .* The longest site is/);
  const lanes = await sweep.driver.findElement({ css: '.lanes' });
  await lanes.sendKeys(Key.ARROW_RIGHT, Key.ARROW_RIGHT, Key.ARROW_DOWN);
  assert.match((await sweep.texts('#bar-text'))[0] ?? '', /attempt 1, slot 1: /);
  await lanes.sendKeys(Key.ENTER);
  await sweep.until('document.querySelector(".site-page") !== null');
});

test('texts of sites do nothing', { skip }, async () => {
  for (const fragment of ['#/', '#/site/evil', '#/groups', '#/timeline', '#/?text=%3Cscript%3E']) {
    await hostile.open(fragment);
    assert.notEqual(await hostile.evaluate('document.title'), 'owned');
    assert.equal(
      await hostile.evaluate(
        'document.querySelectorAll("main script, main iframe, main [onerror], main a[href^=javascript]").length',
      ),
      0,
      fragment,
    );
    assert.equal(await hostile.evaluate('document.querySelectorAll("script").length'), 2, fragment);
  }
  await hostile.open('#/site/evil');
  assert.equal(
    await hostile.evaluate(
      '[...document.querySelectorAll("a")].some((link) => link.getAttribute("href").includes(".."))',
    ),
    false,
  );
  assert.ok(
    (await hostile.evaluate<string>('document.querySelector("main").textContent')).includes('onerror='),
    'it is there, as text',
  );
});

test('on a phone nothing scrolls sideways', { skip }, async () => {
  for (const page of [sweep, hostile, varied]) {
    await page.device(360);
    for (const fragment of [
      '#/',
      page === varied ? '#/site/bad' : page === hostile ? '#/site/evil' : '#/?verdict=failed',
      '#/groups',
      '#/timeline',
    ]) {
      await page.open(fragment);
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 360, fragment);
    }
  }
  await sweep.device(1280);
});

test('light and dark, by what the system says', { skip }, async () => {
  await varied.open();
  const ground = (): Promise<string> => varied.evaluate('getComputedStyle(document.body).backgroundColor');
  await varied.device(1280, 'dark');
  assert.equal(await ground(), 'rgb(13, 17, 23)');
  await varied.device(1280, 'light');
  assert.equal(await ground(), 'rgb(255, 255, 255)');
});

test('on paper every row is there', { skip }, async () => {
  await sweep.open();
  await sweep.evaluate('dispatchEvent(new Event("beforeprint"))');
  assert.equal(await sweep.evaluate('document.querySelectorAll(".matrix th.site").length'), 300);
  await sweep.evaluate('dispatchEvent(new Event("afterprint"))');
  await sweep.until('document.querySelectorAll(".matrix th.site").length < 100');
});

test('axe-core finds nothing serious, on any screen, in light and dark', { skip }, async () => {
  for (const scheme of ['light', 'dark'] as const) {
    await sweep.device(1280, scheme);
    for (const [page, fragment] of [
      [sweep, '#/'],
      [sweep, '#/groups'],
      [sweep, '#/timeline'],
      [varied, '#/'],
      [varied, '#/site/bad'],
      [known, '#/site/fresh'],
      [filmed, '#/site/shop'],
    ] as const) {
      await page.open(fragment);
      assert.deepEqual(await seriousFindings(page), [], `${scheme} ${fragment}`);
    }
  }
  await sweep.device(1280);
  // What is looked for can be found at all.
  await sweep.open();
  await sweep.evaluate('document.querySelector("main").append(document.createElement("img"))');
  assert.match((await seriousFindings(sweep)).join(), /^image-alt/);
});

async function seriousFindings(page: ReportPage): Promise<string[]> {
  await page.driver.executeScript(AXE);
  return await page.driver.executeAsyncScript<string[]>(`
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary).join(' | '))), (error) => done([String(error)]))`);
}

test('needs nothing from the network', { skip }, async () => {
  const page = readFileSync(join(folder.path, 'sweep.html'), 'utf8');
  assert.doesNotMatch(
    page.replaceAll(/<script type="application\/json"[^]*?<\/script>/g, ''),
    /<(?:link|script|img)[^>]+(?:src|href)="(?!data:)/,
  );
  assert.match(page, /default-src 'none'/);
});
