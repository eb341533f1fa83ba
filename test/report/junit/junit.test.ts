import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { parse as parseJUnit } from 'junit2json';
import { validateXML } from 'xmllint-wasm';
import { xmlText } from '../../../src/report/junit/xml-text.ts';
import { tallyCases } from '../../../src/core/case-tally.ts';
import { RunState } from '../../../src/core/run-state.ts';
import type { Fault } from '../../../src/core/fault.ts';
import type { RunEvent, RunStopping } from '../../../src/core/event.ts';
import { JUnitReporter, junitFiles } from '../../../src/report/junit/junit.ts';
import { Multiplexer } from '../../../src/report/multiplexer.ts';
import { FakeRun, errored, failed, passed, siteOf, variedRun } from '../../support/run-events.ts';

const SCHEMA = fileURLToPath(new URL('../../../../shared/schemas/jenkins-junit-10.xsd', import.meta.url));
const noSchema = existsSync(SCHEMA) ? false : "needs the schema of Jenkins' xUnit plugin";

const folder = mkdtempSync(join(tmpdir(), 'gridrun-junit-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function stateOf(events: readonly RunEvent[]): RunState {
  const state = new RunState();
  for (const event of events) state.apply(event);
  return state;
}

const textOf = (state: RunState): string => [...junitFiles(state, 'gridrun-results', Infinity)].flat().join('');

interface ReadCase {
  '@name': string;
  '@classname': string;
  '@time': string;
  failure?: unknown[];
  error?: unknown[];
  skipped?: unknown[];
  [name: string]: unknown;
}
interface ReadRemark {
  '@type'?: string;
  '@message'?: string;
  stackTrace?: string;
  '#text'?: string;
}
interface ReadSuite {
  '@name': string;
  '@tests': string;
  '@failures': string;
  '@errors': string;
  '@skipped': string;
  testcase?: ReadCase[];
  [name: string]: unknown;
}

/** Read by another reader than the one that is asked for counts below. */
function readXml(xml: string): { attributes: Record<string, string>; suites: ReadSuite[] } {
  const lists = new Set([
    'testsuite',
    'testcase',
    'failure',
    'error',
    'skipped',
    'property',
    'flakyFailure',
    'rerunFailure',
    'rerunError',
  ]);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    parseTagValue: false,
    trimValues: false,
    isArray: (name) => lists.has(name),
  });
  const { testsuites } = parser.parse(xml, true);
  return { attributes: testsuites, suites: testsuites.testsuite ?? [] };
}

async function checkCounts(state: RunState, xml: string): Promise<void> {
  const tally = tallyCases(state);
  const { attributes, suites } = readXml(xml);
  const sum = (count: (suite: ReadSuite) => number): number => suites.reduce((total, suite) => total + count(suite), 0);
  const cases = suites.flatMap((suite) => suite.testcase ?? []);
  const having = (name: string): number => cases.filter((read) => read[name] !== undefined).length;
  assert.deepEqual([attributes['@tests'], attributes['@failures'], attributes['@errors']].map(Number), [
    tally.tests,
    tally.failures,
    tally.errors,
  ]);
  assert.deepEqual(
    [
      sum((suite) => Number(suite['@tests'])),
      sum((suite) => Number(suite['@failures'])),
      sum((suite) => Number(suite['@errors'])),
      sum((suite) => Number(suite['@skipped'])),
    ],
    [tally.tests, tally.failures, tally.errors, tally.skipped],
  );
  assert.deepEqual(
    [cases.length, having('failure'), having('error'), having('skipped')],
    [tally.tests, tally.failures, tally.errors, tally.skipped],
  );
  const other = await parseJUnit(xml);
  assert.ok(other && 'testsuite' in other);
  const otherCases = (other.testsuite ?? []).flatMap((suite) => suite.testcase ?? []);
  assert.equal(otherCases.length, tally.tests);
  assert.equal(otherCases.filter((read) => read.failure?.length).length, tally.failures);
  assert.equal(otherCases.filter((read) => read.error?.length).length, tally.errors);
  assert.equal(otherCases.filter((read) => read.skipped?.length).length, tally.skipped);
  assert.deepEqual(
    (other.testsuite ?? []).map((suite) => suite.name),
    [...state.sites()].map(({ site }) => site.id),
  );
}

async function checkSchema(xml: string): Promise<void> {
  const result = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: xml }],
    schema: [readFileSync(SCHEMA, 'utf8')],
  });
  assert.deepEqual(result.errors, []);
  assert.ok(result.valid);
}

test('every kind of verdict and check: valid against the schema', { skip: noSchema }, () =>
  checkSchema(textOf(stateOf(variedRun().ended().events))),
);

test('the schema is really asked: a property in a test case is refused', { skip: noSchema }, async () => {
  const xml = textOf(stateOf(variedRun().ended().events)).replace('</testcase>', '<properties/></testcase>');
  await assert.rejects(checkSchema(xml));
});

test('its counts are those of the run, for two readers, also of runs that were cut off anywhere', async () => {
  const { events } = variedRun().ended();
  for (let length = 2; length <= events.length; length++) {
    const state = stateOf(events.slice(0, length));
    await checkCounts(state, textOf(state));
  }
});

test('one suite a site in the order of the list, one case a check, with what CI servers read', () => {
  const { attributes, suites } = readXml(textOf(stateOf(variedRun().ended().events)));
  assert.equal(attributes['@time'], '5.000');
  assert.deepEqual(
    suites.map((suite) => suite['@name']),
    ['good', 'flaky', 'rescued', 'bad', 'gone', 'left', 'late', 'cut'],
  );
  const suite = (name: string): ReadSuite => suites.find((known) => known['@name'] === name) ?? assert.fail(name);
  const bad = suite('bad');
  assert.equal(bad['@hostname'], 'node-1');
  assert.equal(bad['@time'], '2.469');
  assert.deepEqual((bad['properties'] as { property: unknown }).property, [
    { '@name': 'url', '@value': 'https://bad.example/' },
    { '@name': 'session', '@value': 's1' },
    { '@name': 'browser', '@value': 'chrome 156.0' },
    { '@name': 'attempts', '@value': '2' },
  ]);
  const works = bad.testcase?.[1];
  const remarks = (read: ReadCase | undefined, name: string): ReadRemark[] => (read?.[name] ?? []) as ReadRemark[];
  assert.deepEqual([works?.['@name'], works?.['@classname'], works?.['@time']], ['form works', 'bad', '0.020']);
  assert.deepEqual(works?.failure, [
    { '@type': 'check.failed', '@message': 'second', '#text': 'Error: second\n    at checks/a.check.ts:3:5' },
  ]);
  const [rerun, ...noMore] = remarks(works, 'rerunFailure');
  assert.deepEqual(
    [rerun?.['@type'], rerun?.['@message'], rerun?.['stackTrace'], noMore.length],
    ['check.failed', 'first', 'Error: first\n    at checks/a.check.ts:3:5', 0],
  );
  assert.equal(works?.['system-out'], '[[ATTACHMENT|gridrun-results/evidence/bad/form-works/1/page.png]]');
  const flaky = suite('flaky').testcase?.[0];
  assert.deepEqual(
    [flaky?.failure, remarks(flaky, 'flakyFailure').map((element) => element['@message'])],
    [undefined, ['first']],
  );
  assert.equal(remarks(suite('rescued').testcase?.[0], 'flakyFailure')[0]?.['@type'], 'check.rescued');
  assert.deepEqual(
    suite('left').testcase?.map((read) => read.skipped),
    [[{ '@message': 'needs a phone' }], [{ '@message': 'needs a phone' }]],
  );
  assert.equal(remarks(suite('cut').testcase?.[1], 'error')[0]?.['@type'], 'grid.session-lost');
  assert.equal(remarks(suite('gone').testcase?.[1], 'error')[0]?.['@type'], 'site.unreachable');
});

test('a site that never got a session still has all its test cases; bail skips, an interruption is an error', () => {
  const run = (reason: RunStopping['reason']): ReadCase[] => {
    const fake = new FakeRun([siteOf('a'), siteOf('b')], ['t', 'u'])
      .attempt('a', [failed('t'), passed('u')])
      .judged('a');
    fake.add({ type: 'run-stopping', reason, text: `stopped: ${reason}` }).ended(reason);
    return readXml(textOf(stateOf(fake.events))).suites[1]?.testcase ?? [];
  };
  assert.deepEqual(
    run('max-failures').map((read) => read.skipped),
    Array(2).fill([{ '@message': 'stopped: max-failures' }]),
  );
  assert.deepEqual(
    run('interrupted').map((read) => read.error),
    Array(2).fill([{ '@type': 'not-run', '@message': 'stopped: interrupted' }]),
  );
});

const HOSTILE =
  'a\u0000\u0001\u0008\u000b\u001b[31mred\u001b[0m ]]> ]]]]> <![CDATA[ & < > " \' \ud800 \udfff \ufffe\uffff\u0085 \u202e </failure></testcase> [[ATTACHMENT|/etc/passwd]] \r\n\t 😀 &#0; &bogus;';

function hostileRun(text: string): FakeRun {
  const titles = [text, `${text}\u0001`, `${text}\u0002`];
  const [one = '', two = '', three = ''] = titles;
  const site = siteOf('a', { url: `https://a.example/${text}` });
  const fake = new FakeRun([site, siteOf('b', { skip: text }), siteOf('c')], titles);
  fake.add({
    type: 'session-opened',
    sessionId: 's1',
    slot: 0,
    node: text,
    browserName: text,
    browserVersion: text,
    durationMs: 1,
  });
  fake
    .attempt('a', [failed(one, text), errored(two, text), { ...passed(three), rescued: true }])
    .judged('a')
    .judged('b');
  fake
    .attempt('c', [failed(one, text), errored(two, text), passed(three)])
    .attempt('c', [passed(one), errored(two, text), failed(three, text)]);
  return fake.judged('c').ended('', [{ code: text as Fault['code'], cause: 'grid', message: text }]);
}

test('a hostile title and message change no count, and the file stays valid', { skip: noSchema }, async () => {
  const state = stateOf(hostileRun(HOSTILE).events);
  const xml = textOf(state);
  await checkCounts(state, xml);
  await checkSchema(xml);
  assert.doesNotMatch(xml, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  assert.ok(xml.isWellFormed());
  assert.match(xml, /😀/);
  assert.doesNotMatch(xml, /\[31m/);
  const names = readXml(xml).suites[0]?.testcase?.map((read) => read['@name']) ?? [];
  assert.equal(new Set(names).size, 3, 'GitLab keeps one of each suite, classname and name');
});

test('any text at all: the counts hold for two readers', async () => {
  const nasty = fc.constantFrom(
    ']]>',
    '\u0000',
    '\ud800',
    '\u001b[1m',
    '<',
    '&',
    '"',
    '\uffff',
    '\n',
    '\r',
    '--',
    '<!--',
    '%',
    '{{',
    '&lt;',
  );
  const texts = fc
    .array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { maxLength: 8 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const state = stateOf(hostileRun(text).events);
      await checkCounts(state, textOf(state));
    }),
    { numRuns: 150 },
  );
});

test('times have at most three decimals and are never negative, endless or in powers of ten', () => {
  fc.assert(
    fc.property(fc.double(), (durationMs) => {
      const fake = new FakeRun([siteOf('a')], ['t'])
        .attempt('a', [passed('t', durationMs)], { durationMs })
        .judged('a')
        .ended();
      for (const [, time] of textOf(stateOf(fake.events)).matchAll(/time="([^"]*)"/g))
        assert.match(time ?? '', /^\d+\.\d{3}$/);
    }),
  );
});

test('the live file and the one made again from the journal are the same bytes', async () => {
  const write = async (events: readonly RunEvent[], name: string): Promise<string> => {
    const state = new RunState();
    const path = join(folder, name, 'junit.xml');
    const all = new Multiplexer(state, [
      { name: 'junit', reporter: new JUnitReporter(state, { path, attachmentBase: 'out' }) },
    ]);
    for (const event of events) all.onEvent(event);
    await all.finish();
    assert.deepEqual(all.failures, []);
    assert.ok(!existsSync(`${path}.part`));
    return readFileSync(path, 'utf8');
  };
  for (const fake of [variedRun().ended(), hostileRun(HOSTILE)]) {
    const replayed = fake
      .journal()
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    assert.equal(await write(replayed, 'replayed'), await write(fake.events, 'live'));
  }
});

test('a report that would be too large is split into files of whole suites, says so, and leaves no old ones', async () => {
  const sites = Array.from({ length: 40 }, (_, index) => siteOf(`s${index}`));
  const fake = new FakeRun(sites, ['t', 'u']);
  for (const { id } of sites) fake.attempt(id, [failed('t', 'x'.repeat(400)), passed('u')]).judged(id);
  const state = stateOf(fake.ended().events);
  const path = join(folder, 'split', 'junit.xml');
  const maxBytes = 10_000;
  const reporter = new JUnitReporter(state, { path, attachmentBase: 'out', maxBytes });
  await reporter.finish();
  const names = readdirSync(join(folder, 'split')).sort();
  assert.ok(names.length > 3 && names.includes('junit.xml') && names.includes('junit-2.xml'), names.join(' '));
  assert.match(
    reporter.note() ?? '',
    new RegExp(`in ${names.length} files, junit\\.xml to junit-${names.length}\\.xml`),
  );
  const suites: string[] = [];
  for (const name of names.toSorted((a, b) => Number(/\d+/.exec(a) ?? 1) - Number(/\d+/.exec(b) ?? 1))) {
    const xml = readFileSync(join(folder, 'split', name), 'utf8');
    assert.ok(Buffer.byteLength(xml) <= maxBytes);
    const read = readXml(xml);
    assert.equal(Number(read.attributes['@tests']), read.suites.length * 2);
    assert.equal(Number(read.attributes['@failures']), read.suites.length);
    suites.push(...read.suites.map((suite) => suite['@name']));
  }
  assert.deepEqual(
    suites,
    sites.map(({ id }) => id),
  );
  const again = new JUnitReporter(state, { path, attachmentBase: 'out' });
  await again.finish();
  assert.deepEqual([readdirSync(join(folder, 'split')), again.note()], [['junit.xml'], undefined]);
});

test('what a site says names no file of the CI server as an attachment', () => {
  assert.equal(xmlText('[[ATTACHMENT|/etc/passwd]]'), '[[ATTACHMENT /etc/passwd]]');
});

test('an attachment outside of the results folder is not named', () => {
  const attachments = ['../../../etc/passwd', '/etc/passwd', 'evidence/a/1/page.png'].map((path) => {
    return { name: 'file', path, contentType: 'text/plain' };
  });
  const run = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [{ ...failed('t', 'no'), attachments }])
    .judged('a')
    .ended();
  const text = textOf(stateOf(run.events));
  assert.deepEqual(text.match(/\[\[ATTACHMENT\|.*?\]\]/g), ['[[ATTACHMENT|gridrun-results/evidence/a/1/page.png]]']);
});
