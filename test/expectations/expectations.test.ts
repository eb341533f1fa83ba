import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { CheckResult } from '../../src/core/attempt.ts';
import { gateEvents } from '../../src/core/gate.ts';
import { exitOf, outcomeOf } from '../../src/core/outcome.ts';
import type { RunState } from '../../src/core/run-state.ts';
import { applyExpectations, expectationNotices, type ExpectationFacts } from '../../src/expectations/apply.ts';
import { isDay, type Expectation } from '../../src/expectations/expectation.ts';
import { parseExpectations, readExpectations } from '../../src/expectations/read.ts';
import { updateExpectations } from '../../src/expectations/update.ts';
import { foldEvents } from '../../src/results/fold.ts';
import { FakeRun, checkPlan, errored, failed, passed, siteOf } from '../support/run-events.ts';

const FACTS: ExpectationFacts = { today: '2026-11-21' };
const TITLES = ['form is found', 'form works @slow'];
const [one, two] = ['form is found', 'form works @slow'] as const;

function entry(site: string, more: Partial<Expectation> = {}): Expectation {
  return { site, reason: 'moved', owner: 'ada', until: '2026-12-31', ...more };
}

function run(results: Readonly<Record<string, readonly CheckResult[]>>): FakeRun {
  const checks = TITLES.map((title) => ({ ...checkPlan(title), tags: title.includes('@slow') ? ['slow'] : [] }));
  const made = new FakeRun(
    Object.keys(results).map((id) => siteOf(id, id.startsWith('bank') ? { tags: ['bank'] } : {})),
    TITLES,
    { checks },
  ).session('s1');
  for (const [id, checksOf] of Object.entries(results)) {
    if (checksOf.length > 0) made.attempt(id, checksOf);
    made.judged(id);
  }
  return made;
}

const stateOf = (made: FakeRun): Promise<RunState> => foldEvents(made.events);
const BROKEN = { bank: [failed(one), passed(two)], shop: [failed(one), failed(two)], good: [passed(one), passed(two)] };

/** The exit code of a run whose gate knows these expectations. */
async function codeOf(
  results: Readonly<Record<string, readonly CheckResult[]>>,
  expectations: readonly Expectation[],
  facts = FACTS,
): Promise<number> {
  const made = run(results);
  const state = await stateOf(made);
  const applied = applyExpectations(state, expectations, facts);
  for (const event of gateEvents(
    [...state.sites()].map(({ verdict }) => verdict),
    { expectations: applied },
  ))
    made.add(event);
  return exitOf(outcomeOf(await stateOf(made.ended()))).code;
}

test('what is expected does not gate, by site or by check; the rest does', async () => {
  assert.equal(await codeOf(BROKEN, []), 1);
  assert.equal(await codeOf(BROKEN, [entry('bank'), entry('shop')]), 0);
  assert.equal(
    await codeOf(BROKEN, [entry('bank', { check: one }), entry('shop', { check: one })]),
    1,
    'the other check of shop',
  );
  assert.equal(
    await codeOf(BROKEN, [entry('bank', { check: one }), entry('shop', { check: one }), entry('shop', { check: two })]),
    0,
  );
  assert.equal(await codeOf({ dead: [errored(one), errored(two)] }, [entry('dead')]), 0);
  assert.equal(await codeOf({ dead: [] }, [entry('dead')]), 3, 'what was not run is not what was expected');
});

test('it holds up to and with its last day, and gates again after it', async () => {
  const expectation = entry('bank', { until: '2026-11-21' });
  const results = { bank: BROKEN.bank };
  assert.equal(await codeOf(results, [expectation]), 0);
  assert.equal(await codeOf(results, [expectation], { today: '2026-11-22' }), 1);
  const applied = applyExpectations(await stateOf(run(results)), [expectation], { today: '2026-11-22' });
  assert.deepEqual([applied.expired, applied.passed], [[expectation], []]);
});

test('conditions: version of the extension, version of the browser, tag of the site or of the check', async () => {
  const results = { bank: BROKEN.bank };
  const code = (when: Expectation['when'], extension?: string): Promise<number> =>
    codeOf(results, [entry('bank', when === undefined ? {} : { when })], {
      ...FACTS,
      ...(extension === undefined ? {} : { extension }),
    });
  assert.equal(await code({ extension: '>=2.1' }, '2.1.0'), 0);
  assert.equal(await code({ extension: '>=2.1' }, '2.0.9'), 1);
  assert.equal(await code({ extension: '>=2.1' }, '2.1.0.7'), 0, 'Chrome versions have up to four numbers');
  assert.equal(await code({ extension: '2' }, '2.5'), 0);
  assert.equal(await code({ extension: '*' }), 1, 'there is no extension');
  assert.equal(await code({ browser: '>=156' }), 0);
  assert.equal(await code({ browser: '<156' }), 1);
  assert.equal(await code({ tag: 'bank' }), 0);
  assert.equal(await code({ tag: 'slow' }), 1, 'the failed check has no such tag');
  assert.equal(await codeOf({ shop: [passed(one), failed(two)] }, [entry('shop', { when: { tag: 'slow' } })]), 0);
  assert.equal(await code({ browser: '>=156', tag: 'shop' }), 1, 'all of them must hold');
});

test('an expected failure that passes is reported, a flaky one is not, nor one whose condition does not hold', async () => {
  const state = await stateOf(
    run({
      good: [passed(one), passed(two)],
      half: [passed(one), failed(two)],
      shaky: [{ ...passed(one), rescued: true }, passed(two)],
    }),
  );
  const list = [
    entry('good'),
    entry('half'),
    entry('half', { check: one }),
    entry('shaky'),
    entry('good', { when: { tag: 'nowhere' } }),
    entry('good', { until: '2020-01-01' }),
  ];
  const applied = applyExpectations(state, list, FACTS);
  assert.deepEqual(applied.passed, [list[0], list[2], list[5]]);
});

test('an unknown site and an unknown check are reported, where the whole list and suite are known', async () => {
  const state = await stateOf(run(BROKEN));
  const list = [entry('bank'), entry('nobody'), entry('bank', { check: 'no such check' })];
  const known = { sites: new Set(['bank', 'shop', 'good']), checks: new Set(TITLES) };
  assert.deepEqual(applyExpectations(state, list, { ...FACTS, known }).unknown, [list[1], list[2]]);
  assert.deepEqual(applyExpectations(state, list, FACTS).unknown, [], 'a selection says nothing');
});

test('notices: what a person should know, a line first, then all of it', async () => {
  const state = await stateOf(run({ ...BROKEN }));
  const list = [
    entry('good'),
    entry('bank', { until: '2026-01-01' }),
    ...Array.from({ length: 7 }, (_, index) => entry(`nobody-${index}`)),
  ];
  const applied = applyExpectations(state, list, { ...FACTS, known: { sites: new Set(['good', 'bank', 'shop']) } });
  const notices = expectationNotices(applied, 'expectations.yaml').map((event) =>
    event.type === 'notice' ? [event.code, event.text.split('\n')[0], event.text.split('\n').length] : [],
  );
  assert.deepEqual(notices, [
    [
      'expectations.passed',
      'expected to fail, but passed: good; remove it from expectations.yaml: gridrun expectations update',
      2,
    ],
    [
      'expectations.expired',
      'still fails, but its last day is over, so it counts again: bank; fix it, or set a later day',
      2,
    ],
    [
      'expectations.unknown',
      'in expectations.yaml, but not in the list or the suite: nobody-0, nobody-1, nobody-2, nobody-3, nobody-4, … (7 in all); correct or remove it',
      8,
    ],
  ]);
  assert.deepEqual(expectationNotices(applyExpectations(state, [], FACTS), 'x'), []);
});

const YAML = `- site: bank
  check: form is found
  reason: the bank moved its form
  owner: ada
  until: 2026-12-31
  when:
    extension: ">=2 <3"
    browser: 156
    tag: "@slow"
`;

test('YAML and JSON are read alike', () => {
  const { expectations } = parseExpectations(YAML, 'e.yaml');
  assert.deepEqual(expectations, [
    {
      site: 'bank',
      check: 'form is found',
      reason: 'the bank moved its form',
      owner: 'ada',
      until: '2026-12-31',
      when: { extension: '>=2 <3', browser: '156', tag: 'slow' },
    },
  ]);
  assert.deepEqual(parseExpectations(JSON.stringify(expectations), 'e.json').expectations, expectations);
  assert.deepEqual(parseExpectations('', 'e.yaml').expectations, []);
  assert.deepEqual(parseExpectations('# nothing yet\n', 'e.yaml').expectations, []);
});

const mistakesOf = (text: string, name = 'e.yaml'): readonly string[] => {
  try {
    parseExpectations(text, name);
  } catch (error) {
    assert.equal((error as { answer: string }).answer, 'refuse');
    return (error as { mistakes: readonly string[] }).mistakes;
  }
  return [];
};

test('every mistake at once, each with its line and what would be right', () => {
  assert.deepEqual(
    mistakesOf(`- site: bank
  reason: x
  owner: ada
  until: 2026-02-30
- sit: shop
  reason: ''
  owner: ada
  until: 2026-12-31
- site: a
  reason: x
  owner: ada
  until: 2026-12-31
  when:
    browser: newest
    extention: 1
- just text
- site: a
  reason: x
  owner: ada
  until: 2026-12-31
- site: a
  reason: y
  owner: bob
  until: 2027-01-01
`),
    [
      'e.yaml:4:3: until is missing or wrong; expected the last day on which it applies, for example 2026-12-31',
      'e.yaml:5:3: site is missing or wrong; expected the id of a site',
      'e.yaml:6:3: reason is missing or wrong; expected a text that says why it fails',
      'e.yaml:5:3: an expectation has no "sit"; did you mean site?',
      'e.yaml:14:5: when.browser is missing or wrong; expected a semver range, for example >=156',
      'e.yaml:15:5: an expectation has no "extention"; did you mean extension?',
      'e.yaml:16:3: this is missing or wrong; expected a mapping with site, reason, owner and until',
      'e.yaml:21:3: same site, check and condition as e.yaml:17:3; keep one of them',
    ],
  );
  assert.match(
    mistakesOf('[{"site": "a",\n "reason": 1, "owner": "o", "until": "2026-12-31"}]', 'e.json').join(),
    /^e\.json:2:2: reason is missing or wrong/,
  );
  assert.match(mistakesOf('site: a\n').join(), /^e\.yaml:1:1: the file must hold a list of known failures/);
  assert.match(mistakesOf('- site: "a\n').join(), /^e\.yaml:\d:\d+: not valid YAML or JSON/);
  assert.match(
    mistakesOf(
      `a: &a [x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c]\n`,
    ).join(),
    /cannot read|a list of expectations/,
  );
});

test('a file that is not there is refused', async () => {
  await assert.rejects(readExpectations('nowhere.yaml', '/'), {
    answer: 'refuse',
    message: /cannot read the known failures in nowhere\.yaml: there is no such file/,
  });
});

test('days are those of the calendar', () => {
  assert.deepEqual(['2026-12-31', '2024-02-29', '2026-02-29', '2026-13-01', '2026-1-1', 'soon'].map(isDay), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('update adds what fails, keeps what is known, takes out what passed; sorted, with the comments', async () => {
  const text = `# what we know of

- site: shop
  # ask Bob
  check: form is found
  owner: bob
  reason: their new form
  until: 2026-01-01
- {site: good, reason: was down, owner: ada, until: 2026-12-31}
- site: elsewhere
  reason: another list
  owner: ada
  until: 2026-12-31
`;
  const state = await stateOf(run({ ...BROKEN, dead: [errored(one, 'net::ERR_FAILED\nmore'), errored(two)] }));
  const updated = updateExpectations(text, 'e.yaml', state, FACTS);
  assert.equal(
    updated.text,
    `# what we know of

- site: bank
  check: form is found
  reason: "TODO: why? no"
  owner: TODO
  until: 2026-12-21
- site: dead
  reason: "TODO: why? net::ERR_FAILED"
  owner: TODO
  until: 2026-12-21
- site: elsewhere
  reason: another list
  owner: ada
  until: 2026-12-31
- site: shop
  # ask Bob
  check: form is found
  owner: bob
  reason: their new form
  until: 2026-01-01
- site: shop
  check: form works @slow
  reason: "TODO: why? no"
  owner: TODO
  until: 2026-12-21
`,
  );
  assert.deepEqual([updated.added.length, updated.removed.map(({ site }) => site)], [3, ['good']]);
  assert.deepEqual(updateExpectations(updated.text, 'e.yaml', state, FACTS), {
    text: updated.text,
    added: [],
    removed: [],
  });
});

test('update writes JSON as JSON, and a new file by its name', async () => {
  const state = await stateOf(run({ bank: BROKEN.bank }));
  const { text } = updateExpectations('', 'e.json', state, FACTS);
  assert.deepEqual(JSON.parse(text), [
    { site: 'bank', check: one, reason: 'TODO: why? no', owner: 'TODO', until: '2026-12-21' },
  ]);
  const known = '[{"until": "2026-12-31", "owner": "ada", "reason": "x", "site": "zoo"}]';
  assert.deepEqual(
    Object.keys((JSON.parse(updateExpectations(known, 'e.json', state, FACTS).text) as object[])[1] ?? {}),
    ['until', 'owner', 'reason', 'site'],
  );
  assert.equal(updateExpectations('', 'e.yaml', await stateOf(run({ good: BROKEN.good })), FACTS).text, '[]\n');
});

test('update leaves what a condition does not hold for, and adds nothing for a fault of the grid', async () => {
  const lost = new FakeRun([siteOf('a')], ['t', 'u'])
    .attempt('a', [], { ending: 'faulted', fault: { code: 'grid.session-lost', cause: 'grid', message: 'gone' } })
    .judged('a');
  assert.deepEqual(updateExpectations('', 'e.yaml', await stateOf(lost), FACTS).added, []);
  const other = `- site: good\n  reason: x\n  owner: ada\n  until: 2026-12-31\n  when: {extension: ^3}\n`;
  assert.equal(
    updateExpectations(other, 'e.yaml', await stateOf(run({ good: BROKEN.good })), { ...FACTS, extension: '2.0.0' })
      .text,
    other,
  );
  assert.deepEqual(
    updateExpectations(other, 'e.yaml', await stateOf(run({ good: BROKEN.good })), { ...FACTS, extension: '3.1.0' })
      .removed.length,
    1,
  );
});

test('update adds nothing for a site whose next attempt a stop prevented', async () => {
  const cut = run({ a: [failed('t')] });
  const verdict = cut.events.find((event) => event.type === 'site-judged')!.verdict;
  cut.add({ type: 'site-judged', amended: true, verdict: { ...verdict, stoppedBy: 'interrupted' } });
  assert.deepEqual(updateExpectations('', 'e.yaml', await stateOf(cut), FACTS).added, []);
});

test('update writes out in full what anchors stand for', async () => {
  const text = `- &a {site: good, reason: x, owner: ada, until: 2026-12-31}\n- {site: a, reason: &r y, owner: *r, until: 2026-12-31}\n`;
  const state = await stateOf(run({ good: BROKEN.good }));
  const updated = updateExpectations(text, 'e.yaml', state, FACTS);
  assert.deepEqual(parseExpectations(updated.text, 'e.yaml').expectations, [entry('a', { reason: 'y', owner: 'y' })]);
});

test('whatever a run and a file hold: the update is valid, makes nothing gate but grid faults, and twice changes nothing', async () => {
  const result = fc.constantFrom<(title: string) => CheckResult>(
    (title) => passed(title),
    (title) => failed(title, 'no: "form"\n# x'),
    (title) => errored(title, '\u0000- *evil & !tag'),
  );
  const site = fc.constantFrom('bank', 'shop', 'good', 'other');
  const known = fc.uniqueArray(
    fc.record({ site, check: fc.constantFrom(undefined, ...TITLES), tag: fc.constantFrom(undefined, 'bank') }),
    { selector: (one) => JSON.stringify(one), maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(site, fc.tuple(result, result), { minKeys: 1 }),
      known,
      fc.boolean(),
      async (made, entries, isJson) => {
        const results = Object.fromEntries(
          Object.entries(made).map(([id, [first, second]]) => [id, [first(one), second(two)]]),
        );
        const list = entries.map((known) =>
          entry(known.site, {
            ...(known.check === undefined ? {} : { check: known.check }),
            ...(known.tag === undefined ? {} : { when: { tag: known.tag } }),
          }),
        );
        const state = await stateOf(run(results));
        const name = isJson ? 'e.json' : 'e.yaml';
        const first = updateExpectations(JSON.stringify(list), name, state, FACTS);
        const { expectations } = parseExpectations(first.text, name);
        assert.equal(await codeOf(results, expectations), 0);
        assert.deepEqual(applyExpectations(state, expectations, FACTS).passed, []);
        assert.deepEqual(updateExpectations(first.text, name, state, FACTS), {
          text: first.text,
          added: [],
          removed: [],
        });
        for (const kept of expectations.filter(({ owner }) => owner === 'ada'))
          assert.ok(list.some((one) => isDeepStrictEqual(one, kept)));
      },
    ),
    { numRuns: 100 },
  );
});

test('a file that begins with a byte order mark is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-'));
  try {
    const lines = ['- site: bank', '  reason: moved', '  owner: ada', "  until: '2026-12-31'", ''];
    await writeFile(join(folder, 'known.yml'), `\uFEFF${lines.join('\n')}`);
    const { expectations } = await readExpectations('known.yml', folder);
    assert.deepEqual(expectations, [entry('bank')]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a run without some of its checks says nothing of a whole site', async () => {
  const made = run({ good: [passed(one), passed(two)] });
  made.events[0] = { ...made.events[0], checksLeftOut: true } as (typeof made.events)[0];
  const state = await stateOf(made);
  const whole = entry('good');
  const ofCheck = entry('good', { check: one });
  assert.deepEqual(applyExpectations(state, [whole, ofCheck], FACTS).passed, [ofCheck]);
  const yaml = '- { site: good, reason: moved, owner: ada, until: 2026-12-31 }\n';
  assert.deepEqual(updateExpectations(yaml, 'known.yaml', state, FACTS).removed, []);
});

test('a run without some of its checks adds an entry for each that failed, and none for the whole site', async () => {
  const added = (made: FakeRun, leftOut: boolean): Promise<(string | undefined)[]> => {
    if (leftOut) made.events[0] = { ...made.events[0], checksLeftOut: true } as (typeof made.events)[0];
    return stateOf(made).then((state) =>
      updateExpectations('', 'known.yaml', state, FACTS).added.map(({ check }) => check),
    );
  };
  assert.deepEqual(await added(run({ bad: [failed(one), failed(two)] }), false), [undefined]);
  assert.deepEqual(await added(run({ bad: [failed(one), failed(two)] }), true), [one, two]);
});
