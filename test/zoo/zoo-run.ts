import type { Fault } from '../../src/core/fault.ts';
import { Workplace } from '../support/command.ts';
import { ZOO, type Expected } from './zoo-pages.ts';
import type { Zoo } from './zoo-server.ts';

/** Whose check looks at the pages. */
export type Suite = keyof Expected;

/** What came of a page, beside what must come of it. */
export interface Row {
  readonly name: string;
  readonly expected: readonly string[];
  readonly came: string;
  readonly attempts: number;
  /** The longest attempt. */
  readonly longestMs: number;
  readonly message: string;
}

/** The limits of a zoo run: short, because hostile pages use them up. */
export const LIMITS = { siteMs: 12_000, checkMs: 5_000, afterMs: 5_000 };

const USER_CHECK = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('has a login form', async () => {
  await driver.get(site.url);
  await driver.getTitle();
  const fields = await driver.findElements({ css: 'input[name=user], input[name=pw]' });
  assert.equal(fields.length, 2, 'the page has no login form');
});
`;

const GOOD = 'good';

/** How the zoo is run. */
export interface ZooRun {
  readonly suite: Suite;
  /** The value of `--chrome`. */
  readonly chrome: 'full' | 'shell';
  readonly sessions: number;
}

/** Runs gridrun on hostile pages, with a good page of the same unit after each two of them. Returns a row for each page. */
export async function runZoo(zoo: Zoo, names: readonly string[], { suite, chrome, sessions }: ZooRun): Promise<Row[]> {
  const sites = names.flatMap((name, index) => [
    { id: name, url: zoo.urlOf(name) },
    ...(index % 2 === 1 ? [{ id: `${GOOD}-${index}`, url: `${zoo.places.origin}/${GOOD}?${index}` }] : []),
  ]);
  await using place = await Workplace.with({
    'sites.json': JSON.stringify(sites),
    ...(suite === 'user' ? { 'checks/form.check.mjs': USER_CHECK } : {}),
  });
  const limits = ['--timeout', String(LIMITS.checkMs), '--site-timeout', String(LIMITS.siteMs)];
  const flags = [
    '--sites',
    'sites.json',
    '-j',
    String(sessions),
    '--per-host',
    '9',
    '--reporter',
    'list',
    '--chrome',
    chrome,
    ...limits,
  ];
  const { stdout, stderr } = await place.run(flags);
  const attempts = (await place.journal()).flatMap((event) => (event.type === 'attempt-ended' ? [event.attempt] : []));
  const { sites: results } = await place.results().catch((error: unknown) => {
    throw new Error(`${String(error)}\n${stdout}${stderr}`);
  });
  return results.map(({ id, verdict, checks }) => {
    const own = attempts.filter(({ siteId }) => siteId === id);
    const fault: Fault | undefined = checks[0]?.fault;
    return {
      name: id,
      expected: id.startsWith(`${GOOD}-`) ? ['passed'] : ZOO[id]!.expected[suite],
      came: verdict === 'passed' ? 'passed' : (fault?.code ?? verdict),
      attempts: own.length,
      longestMs: Math.max(...own.map(({ durationMs }) => durationMs)),
      message: fault?.message ?? '',
    };
  });
}

/** What is wrong with a row; empty if it is as it must be. */
export function wrongWith({ expected, came, attempts, longestMs }: Row): string {
  return [
    expected.includes(came) ? '' : `${came} instead of ${expected.join(' or ')}`,
    attempts === 1 ? '' : `${attempts} attempts`,
    longestMs <= LIMITS.siteMs + LIMITS.afterMs ? '' : `${longestMs} ms`,
  ]
    .filter(Boolean)
    .join(', ');
}
