import assert from 'node:assert/strict';
import { test } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { COMMANDS } from '../../scripts/docs/flags-page.ts';
import { BLOCKS, PAGES, SOURCES, madePapers, withBlocks } from '../../scripts/docs/papers.ts';
import { ERROR_CODES } from '../../src/core/error-codes.ts';
import { RunState } from '../../src/core/run-state.ts';
import { FLAGS } from '../../src/config/settings.ts';
import { junitFiles } from '../../src/report/junit/junit.ts';
import { Workplace } from '../support/command.ts';
import { paper } from './papers.ts';

test('every page and block that is made from the code is as the code is; `npm run docs` makes it so', async () => {
  const made = await madePapers(paper);
  assert.deepEqual(
    [...made.keys()].toSorted(),
    [...Object.keys(PAGES), ...Object.keys(SOURCES), ...Object.keys(BLOCKS)].toSorted(),
  );
  for (const [path, text] of made) assert.equal(paper(path), text, path);
});

test('a line that changes, or a block that is forgotten, is noticed', () => {
  const path = 'docs/troubleshooting.md';
  const text = paper(path);
  const line = /^\| `site\.dns` .*\n/m;
  assert.match(text, line);
  assert.equal(withBlocks(path, text.replace(line, '')), text);
  assert.throws(() => withBlocks(path, text.replace('<!-- /codes -->', '')), /no block codes/);
});

test('the help of each command shows defaults and types in one way', () => {
  const helps = paper('docs/reference/flags.md');
  assert.match(helps, /--port +<port> .* \[4444\]/);
  assert.doesNotMatch(helps, /\[default:|\[choices:|\[(string|boolean|array|number|count)\]/);
});

test('every setting, code and command has its line', async () => {
  for (const { flag } of FLAGS)
    assert.match(paper('docs/reference/flags.md'), new RegExp(`^\\| \`(-\\w, )?--${flag}[ \`]`, 'm'));
  for (const code of Object.keys(ERROR_CODES)) {
    for (const path of ['docs/reference/error-codes.md', 'docs/troubleshooting.md'])
      assert.ok(paper(path).includes(`| \`${code}\` |`), `${code} in ${path}`);
  }
  await using place = await Workplace.with({});
  const [all, grid] = await Promise.all([place.run(['--help']), place.run(['grid', '--help'])]);
  const named = (help: string, prefix: string): string[] =>
    [...help.matchAll(new RegExp(`^  gridrun ${prefix}([a-z][a-z-]*)`, 'gm'))].map(([, name]) => prefix + name);
  const commands = [...named(all.stdout, ''), ...named(grid.stdout, 'grid ')].filter(
    (name) => name !== 'run' && name !== 'grid',
  );
  assert.deepEqual([...new Set(commands)].toSorted(), COMMANDS.toSorted());
});

/** A run that produces every element of junit.xml. */
function eventfulRun(): RunState {
  const state = new RunState();
  const fault = { code: 'check.failed', cause: 'check', message: 'no', stack: 'Error: no\n    at x' } as const;
  const check = (title: string): object => ({ title, file: 'x.check.ts', tags: [] });
  const titles = ['failed', 'errored', 'skipped', 'flaky', 'known', 'not-run'];
  const events = [
    {
      type: 'run-started',
      at: 1,
      schema: 1,
      run: 'r',
      gridrun: '0.1.0',
      host: 'h',
      checks: titles.map(check),
      siteCount: 1,
      duplicateCount: 0,
      planHash: '',
      shard: { index: 1, total: 1 },
      sessions: 1,
      grid: 'local',
    },
    { type: 'sites-planned', at: 1, sites: [{ id: 'a', url: 'https://a.example/' }] },
    {
      type: 'extension-loaded',
      at: 2,
      arm: 'subject',
      id: 'x',
      name: 'Fill in',
      version: '1.0',
      sha256: 'ab',
      text: '',
    },
    {
      type: 'session-opened',
      at: 2,
      sessionId: 's',
      slot: 0,
      node: 'n',
      browserName: 'chrome',
      browserVersion: '1',
      durationMs: 1,
    },
    { type: 'attempt-started', at: 3, siteId: 'a', attempt: 1, slot: 0, sessionId: 's' },
    {
      type: 'attempt-ended',
      at: 4,
      slot: 0,
      attempt: {
        siteId: 'a',
        attempt: 1,
        arm: 'subject',
        ending: 'completed',
        sessionId: 's',
        node: 'n',
        startedAt: 3,
        durationMs: 1,
        checks: [],
      },
    },
    {
      type: 'site-judged',
      at: 4,
      verdict: {
        siteId: 'a',
        verdict: 'failed',
        cause: 'check',
        code: 'check.failed',
        attempts: 2,
        durationMs: 10,
        checks: [
          {
            title: 'failed',
            status: 'failed',
            flaky: false,
            durationMs: 1,
            cause: 'check',
            fault,
            otherFaults: [fault],
            attachments: [{ name: 'x', path: 'x.png', contentType: 'image/png' }],
          },
          {
            title: 'errored',
            status: 'errored',
            flaky: false,
            durationMs: 1,
            cause: 'grid',
            fault: { ...fault, code: 'grid.session-lost', cause: 'grid' },
            otherFaults: [fault],
          },
          { title: 'skipped', status: 'skipped', flaky: false, durationMs: 0, reason: 'later' },
          { title: 'flaky', status: 'passed', flaky: true, durationMs: 1, cause: 'check', fault },
          { title: 'known', status: 'failed', flaky: false, durationMs: 1, cause: 'check', fault },
          { title: 'not-run', status: 'not-run', flaky: false, durationMs: 0, reason: 'interrupted' },
        ],
      },
    },
    { type: 'site-excused', at: 5, siteId: 'a', checks: [{ title: 'known', by: 'baseline', text: 'known' }] },
    { type: 'run-ended', at: 6, durationMs: 5, stopped: '', faults: [] },
  ];
  for (const event of events) state.apply(event as unknown as Parameters<RunState['apply']>[0]);
  return state;
}

test('every element, attribute and property of junit.xml is on its page, and the page has no others', () => {
  const written = new Map<string, Set<string>>();
  const properties = new Set<string>();
  const note = (name: string, value: unknown): void => {
    for (const one of Array.isArray(value) ? value : [value]) {
      const attributes = written.get(name) ?? new Set();
      written.set(name, attributes);
      for (const [key, inner] of Object.entries(
        typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : {},
      )) {
        if (key.startsWith('@')) attributes.add(key.slice(1));
        else if (key !== '#text') note(key, inner);
      }
      if (name === 'property') properties.add((one as Record<string, string>)['@name']!);
    }
  };
  const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', ignoreDeclaration: true }).parse(
    [...junitFiles(eventfulRun(), '', Infinity)].flat().join(''),
  ) as Record<string, unknown>;
  for (const [name, value] of Object.entries(parsed)) note(name, value);
  const page = paper('docs/reference/junit.md');
  const rows = (heading: string): string[][] =>
    (page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim())
          .slice(1, -1),
      );
  const told = rows('Elements and attributes').map(
    ([element = '', attributes = '']) =>
      [element.replaceAll('`', ''), [...attributes.matchAll(/`(\w+)`/g)].map(([, name]) => name!).toSorted()] as const,
  );
  assert.deepEqual(
    Object.fromEntries(told),
    Object.fromEntries([...written].map(([name, attributes]) => [name, [...attributes].toSorted()])),
  );
  assert.deepEqual(
    rows('Properties of a suite')
      .map(([name = '']) => name.replaceAll('`', ''))
      .toSorted(),
    [...properties].toSorted(),
  );
});
