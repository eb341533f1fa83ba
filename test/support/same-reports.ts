import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import type { ReportData } from '../../src/report/html/report-data.ts';
import type { Workplace } from './command.ts';

/** Fails if two results folders differ in junit.xml, results.json or report.html by more than sessions, machines, runs and times. */
export async function sameReports(place: Workplace, one: string, other: string, siteCount: number): Promise<void> {
  const [ofOne, ofOther] = await Promise.all([reportsOf(place, one), reportsOf(place, other)]);
  assert.equal(ofOne.page.sites.length, siteCount);
  assert.equal(ofOne.junit, ofOther.junit);
  assert.deepEqual(ofOne.results, ofOther.results);
  assert.deepEqual(ofOne.page, ofOther.page);
}

/** In what the reports of a run differ from those of an undisturbed one: as `sameReports`, but attempts do not count. */
export async function differences(place: Workplace, undisturbed: string, other: string): Promise<string[]> {
  const [expected, actual] = await Promise.all([reportsOf(place, undisturbed), reportsOf(place, other)]);
  return (['junit', 'results', 'page'] as const).flatMap((report) => {
    try {
      assert.deepEqual(withoutAttempts(actual[report]), withoutAttempts(expected[report]));
      return [];
    } catch (error) {
      return [`${report} of ${other}: ${(error as Error).message.slice(0, 2000)}`];
    }
  });
}

/** Without the number of attempts, also in the paths of attachments, and without the run that was resumed. */
function withoutAttempts(report: string | object): unknown {
  if (typeof report === 'string')
    return report.replaceAll(/"attempts" value="\d+"/g, '').replaceAll(ATTEMPT_FOLDER, '$1');
  const text = JSON.stringify(report, (key, value: unknown) => (OF_ATTEMPTS.has(key) ? undefined : value));
  return JSON.parse(text.replaceAll(ATTEMPT_FOLDER, '$1'));
}

const OF_ATTEMPTS = new Set(['attempts', 'resumes']);
const ATTEMPT_FOLDER = /(evidence\/[^/"]+\/[^/"]+\/)\d+\//g;

async function reportsOf(
  place: Workplace,
  out: string,
): Promise<{ junit: string; results: object; page: ReturnType<typeof pageOf> }> {
  return {
    junit: junitOf(await place.read(`${out}/junit.xml`), out),
    results: withoutChance(await place.results(out)),
    page: pageOf(await place.read(`${out}/report.html`)),
  };
}

/** Without sessions, machines, runs and times. */
function junitOf(xml: string, out: string): string {
  return xml
    .replaceAll(/ (?:time|timestamp|hostname)="[^"]*"/g, '')
    .replaceAll(/<property name="session" value="[^"]*"\/>/g, '')
    .replaceAll(`[[ATTACHMENT|${out}/`, '[[ATTACHMENT|');
}

function withoutChance(results: Awaited<ReturnType<Workplace['results']>>): object {
  const { run: _run, startedAt: _at, durationMs: _ms, sessions: _sessions, host: _host, ...rest } = results;
  const text = JSON.stringify(rest, (key, value: unknown) => (['durationMs', 'totalMs'].includes(key) ? 0 : value));
  return JSON.parse(text) as object;
}

/** The checks and sites in report.html, without sessions, machines and times, and with each fault in its place. */
function pageOf(html: string): Pick<ReportData, 'sites' | 'groups' | 'counts' | 'checks'> {
  const text = /<script type="application\/json" id="gridrun-data">([^<]*)<\/script>/.exec(html)?.[1] ?? '';
  const told = JSON.parse(text) as { deflateRaw?: string };
  const data = (
    told.deflateRaw === undefined ? told : JSON.parse(inflateRawSync(Buffer.from(told.deflateRaw, 'base64')).toString())
  ) as ReportData;
  const left = new Set(['durationMs', 'checkMs', 'node', 'sessionId', 'startedAt']);
  const plain = JSON.stringify(
    { sites: data.sites, groups: data.groups, counts: data.counts, checks: data.checks },
    (key, value: unknown) => {
      if (left.has(key)) return undefined;
      return key === 'fault' ? data.faults[value as number] : value;
    },
  );
  return JSON.parse(plain) as Pick<ReportData, 'sites' | 'groups' | 'counts' | 'checks'>;
}
