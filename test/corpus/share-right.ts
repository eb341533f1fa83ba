import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunEvent } from '../../src/core/event.ts';
import type { SiteVerdict } from '../../src/core/verdict.ts';
import type { Agreement } from '../../examples/corpus/agreement.ts';

// Prints what a run of examples/corpus/fields.check.ts found: node test/corpus/share-right.ts [results folder]
// Ends with 1 where a site has no verdict of its own, one is errored, or an agreement is missing.
const { positionals } = parseArgs({ allowPositionals: true });
const folder = positionals[0] ?? 'gridrun-results';

const planned = new Set<string>();
const verdicts = new Map<string, SiteVerdict>();
let judgedTwice = 0;
for (const line of (await readFile(join(folder, 'events.ndjson'), 'utf8')).split('\n').filter((text) => text !== '')) {
  const event = JSON.parse(line) as RunEvent;
  if (event.type === 'sites-planned') for (const site of event.sites) planned.add(site.id);
  if (event.type !== 'site-judged') continue;
  if (verdicts.has(event.verdict.siteId) && event.amended !== true) judgedTwice += 1;
  verdicts.set(event.verdict.siteId, event.verdict);
}

const agreements: Agreement[] = [];
for (const verdict of verdicts.values()) {
  const attachment = verdict.checks.flatMap((check) => check.attachments ?? []).find((each) => each.name === 'agreement.json');
  if (attachment) agreements.push(JSON.parse(await readFile(join(folder, attachment.path), 'utf8')) as Agreement);
}

const count = (verdict: string): number => [...verdicts.values()].filter((each) => each.verdict === verdict).length;
const lines = [`${planned.size} sites, ${verdicts.size} verdicts: ${count('passed')} passed, ${count('flaky')} flaky, ${count('failed')} failed, ${count('errored')} errored`];
for (const field of ['username', 'password', 'submit'] as const) {
  const told = agreements.map((agreement) => agreement[field]).filter((answer) => answer !== 'unlabelled');
  const right = told.filter((answer) => answer === 'right' || answer === 'absent').length;
  lines.push(`${field}: ${right} of ${told.length} right (${((100 * right) / Math.max(1, told.length)).toFixed(1)} %)`);
}
process.stdout.write(`${lines.join('\n')}\n`);
const whole = planned.size > 0 && verdicts.size === planned.size && judgedTwice === 0 && count('errored') === 0;
process.exitCode = whole && agreements.length === planned.size ? 0 : 1;
