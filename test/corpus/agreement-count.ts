import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agreement } from '../../examples/corpus/agreement.ts';
import type { RunEvent } from '../../src/core/event.ts';
import type { SiteVerdict } from '../../src/core/verdict.ts';

/** What a run of examples/corpus/fields.check.ts comes to. */
export interface AgreementCount {
  readonly lines: readonly string[];
  /** Every planned site has one verdict, none is errored, and each has its agreement. */
  readonly whole: boolean;
}

const FIELDS = ['username', 'password', 'submit'] as const;

/** Counts verdicts and agreements from the journal in a results folder. */
export async function countAgreements(folder: string): Promise<AgreementCount> {
  const planned: string[] = [];
  const verdicts = new Map<string, SiteVerdict>();
  let judgedAgain = 0;
  const journal = await readFile(join(folder, 'events.ndjson'), 'utf8');
  for (const line of journal.split('\n').filter((text) => text !== '')) {
    const event = JSON.parse(line) as RunEvent;
    if (event.type === 'sites-planned') planned.push(...event.sites.map((site) => site.id));
    if (event.type !== 'site-judged') continue;
    if (verdicts.has(event.verdict.siteId) && event.amended !== true) judgedAgain += 1;
    verdicts.set(event.verdict.siteId, event.verdict);
  }
  const agreements: Agreement[] = [];
  for (const verdict of verdicts.values()) {
    const attachment = verdict.checks
      .flatMap((check) => check.attachments ?? [])
      .find((each) => each.name === 'agreement.json');
    if (attachment) agreements.push(JSON.parse(await readFile(join(folder, attachment.path), 'utf8')) as Agreement);
  }
  const count = (verdict: string): number => [...verdicts.values()].filter((each) => each.verdict === verdict).length;
  const shares = FIELDS.map((field) => shareOf(field, agreements));
  return {
    lines: [
      `${planned.length} sites, ${verdicts.size} verdicts: ${count('passed')} passed, ${count('flaky')} flaky, ${count('failed')} failed, ${count('errored')} errored`,
      ...shares,
    ],
    whole:
      planned.length > 0 &&
      planned.every((id) => verdicts.has(id)) &&
      judgedAgain === 0 &&
      count('errored') === 0 &&
      agreements.length === planned.length,
  };
}

function shareOf(field: (typeof FIELDS)[number], agreements: readonly Agreement[]): string {
  const told = agreements.map((agreement) => agreement[field]).filter((answer) => answer !== 'unlabelled');
  const right = told.filter((answer) => answer === 'right' || answer === 'absent').length;
  return `${field}: ${right} of ${told.length} right (${((100 * right) / Math.max(1, told.length)).toFixed(1)} %)`;
}
