import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { isAttachmentPath } from '../../core/attachment-path.ts';
import type { ErrorCode } from '../../core/error-codes.ts';
import { caseOutcome, tallyCases } from '../../core/case-tally.ts';
import type { Fault } from '../../core/fault.ts';
import type { Reporter } from '../../core/ports.ts';
import type { RunState, SiteState } from '../../core/run-state.ts';
import type { CheckExcuse, CheckVerdict } from '../../core/verdict.ts';
import { writeWhole } from '../../os/write-whole.ts';
import { junitPath } from '../../results/layout.ts';
import { JUnitSuite, type JUnitCase, type Remark } from './junit-elements.ts';
import { xmlLine, xmlText } from './xml-text.ts';
import { armsText } from '../../text/arms-text.ts';
import { replayText } from '../../text/replay-text.ts';
import { shortName } from '../../text/short-name.ts';

export interface JUnitOptions {
  readonly path: string;
  /** The results folder as CI servers look it up: relative to the working directory if possible, otherwise absolute. */
  readonly attachmentBase: string;
  /** Maximum size of a file, in bytes. */
  readonly maxBytes?: number;
}

/** GitLab's limit for a report: https://docs.gitlab.com/ci/testing/unit_test_reports/ */
const MAX_BYTES = 30_000_000;
/** An upper limit for the head and the foot of a file. */
const FRAME_BYTES = 500;

/** Writes junit.xml at the end of a run or of its replay: one suite per site, one test case per check. */
export class JUnitReporter implements Reporter {
  readonly #state: RunState;
  readonly #options: JUnitOptions;
  #fileCount = 0;

  /** @param state the state of the run; its owner applies the events */
  constructor(state: RunState, options: JUnitOptions) {
    this.#state = state;
    this.#options = options;
  }

  /** Throws the errors of the file system. */
  async finish(): Promise<void> {
    const { path, attachmentBase, maxBytes } = this.#options;
    let count = 0;
    for (const pieces of junitFiles(this.#state, attachmentBase, maxBytes)) {
      count++;
      const name = junitPath(path, count);
      await writeWhole(name, pieces);
    }
    this.#fileCount = count;
    // An earlier report may have had more files, and a server that reads junit*.xml must not find them.
    for (let stale = count + 1; existsSync(junitPath(path, stale)); stale++) await rm(junitPath(path, stale));
  }

  /** A note about the files; empty if there is only one. */
  note(): string | undefined {
    if (this.#fileCount < 2) return undefined;
    const last = basename(junitPath(this.#options.path, this.#fileCount));
    return `the JUnit report is in ${this.#fileCount} files, ${basename(this.#options.path)} to ${last}: GitLab does not read files over 30 MB`;
  }
}

/**
 * The files of a JUnit report, each one suite at a time, because one tree of a long list does not fit into memory. A
 * file contains whole suites and counts only these.
 */
export function* junitFiles(
  state: RunState,
  attachmentBase: string,
  maxBytes = MAX_BYTES,
): Generator<readonly string[]> {
  let suites: string[] = [];
  let entries: SiteState[] = [];
  let bytes = 0;
  for (const entry of state.sites()) {
    const suite = `${suiteOf(state, entry, attachmentBase).text().trimEnd()}\n`;
    const length = Buffer.byteLength(suite);
    if (entries.length > 0 && bytes + length > maxBytes - FRAME_BYTES) {
      yield framed(state, entries, suites);
      [suites, entries, bytes] = [[], [], 0];
    }
    suites.push(suite);
    entries.push(entry);
    bytes += length;
  }
  yield framed(state, entries, suites);
}

function framed(state: RunState, entries: readonly SiteState[], suites: readonly string[]): string[] {
  // The schema has no `skipped` here: readers add up the counts of the suites.
  const { tests, failures, errors } = tallyCases(state, entries);
  const time = secondsOf(state.durationMs);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites name="gridrun" tests="${tests}" failures="${failures}" errors="${errors}" time="${time}">\n`,
    ...suites,
    '</testsuites>\n',
  ];
}

function suiteOf(state: RunState, entry: SiteState, attachmentBase: string): JUnitSuite {
  const { site, verdict, session } = entry;
  const suite = new JUnitSuite(site.id);
  suite.seconds(secondsOf(verdict.durationMs));
  if (entry.startedAt !== undefined) suite.timestamp(new Date(entry.startedAt).toISOString().slice(0, 19));
  if (session !== undefined) suite.hostname(xmlLine(session.opened.node));
  suite.property('url', xmlLine(site.url));
  if (session !== undefined) {
    const { sessionId, browserName, browserVersion } = session.opened;
    suite.property('session', xmlLine(sessionId));
    suite.property('browser', xmlLine(`${browserName} ${browserVersion}`));
  }
  const extension = state.extensions.get('subject');
  if (extension !== undefined) {
    suite.property('extension-id', xmlLine(session?.opened.extensionId ?? extension.id));
    suite.property('extension-version', xmlLine(`${extension.name} ${extension.version}`));
    suite.property('extension-sha256', xmlLine(extension.sha256));
  }
  suite.property('attempts', String(verdict.attempts));
  const arms = armsText(verdict);
  if (arms !== undefined) suite.property('attribution', arms);
  if (verdict.replay !== undefined) suite.property('replay', xmlLine(replayText(verdict.replay)));
  const names = new UniqueNames();
  for (const check of verdict.checks) {
    const testCase = suite
      .testCase()
      .name(names.take(shortName(xmlLine(check.title))))
      .className(site.id);
    testCase.seconds(secondsOf(check.durationMs));
    describe(testCase, check, entry, attachmentBase);
  }
  return suite;
}

function describe(testCase: JUnitCase, check: CheckVerdict, entry: SiteState, attachmentBase: string): void {
  for (const remark of remarksOf(check, entry)) testCase.remark(remark);
  const paths = (check.attachments ?? []).flatMap(({ path }) => {
    if (!isAttachmentPath(path)) return [];
    return attachmentBase === '' ? path : `${attachmentBase}/${path}`;
  });
  testCase.output(paths.map((path) => `[[ATTACHMENT|${xmlLine(path)}]]`).join('\n'));
}

function remarksOf(check: CheckVerdict, entry: SiteState): Remark[] {
  const others = check.otherFaults ?? [];
  const excuse = entry.excused?.find(({ title }) => title === check.title);
  switch (caseOutcome(check, entry)) {
    case 'skipped':
      if (excuse !== undefined) return [excusedRemark(check, excuse)];
      return [{ element: 'skipped', message: xmlLine(check.reason ?? '') }];
    case 'failure':
      return [
        faultRemark('failure', check.fault, 'check.failed'),
        ...others.map((fault) => faultRemark('rerunFailure', fault, 'check.failed')),
      ];
    case 'error':
      if (check.status === 'not-run')
        return [{ element: 'error', type: 'not-run', message: xmlLine(check.reason ?? 'not run') }];
      return [
        faultRemark('error', check.fault, 'runner.unknown'),
        ...others.map((fault) => faultRemark('rerunError', fault, 'runner.unknown')),
      ];
    case 'passed':
      return check.flaky ? flakyRemarks(check, others) : [];
  }
}

/** An excused failure: why it does not fail the run, and everything about the failure. */
function excusedRemark(check: CheckVerdict, excuse: CheckExcuse): Remark {
  const { message, stack, type } = faultRemark('skipped', check.fault, 'check.failed');
  return {
    element: 'skipped',
    type: `gridrun.${excuse.by}`,
    message: xmlLine(`${excuse.by === 'expectation' ? 'expected failure' : 'known failure'}: ${excuse.text}`),
    stack: [`${type ?? ''}: ${message}`, ...(stack === undefined || stack === message ? [] : [stack])].join('\n'),
  };
}

/** The failures of a flaky check. Without a fault, mocha's own retries hid the error. */
function flakyRemarks(check: CheckVerdict, others: readonly Fault[]): Remark[] {
  const faults = others.length > 0 || check.fault === undefined ? others : [check.fault];
  if (faults.length > 0) return faults.map((fault) => faultRemark('flakyFailure', fault, 'check.failed'));
  return [{ element: 'flakyFailure', type: 'check.rescued', message: 'failed until mocha retried it (this.retries)' }];
}

function faultRemark(element: Remark['element'], fault: Fault | undefined, unknownType: ErrorCode): Remark {
  const message = fault?.message ?? '';
  const hint = fault?.hint === undefined ? '' : `\n${fault.hint}`;
  return {
    element,
    type: xmlLine(fault?.code ?? unknownType),
    message: xmlText(message),
    stack: xmlText(`${fault?.stack ?? message}${hint}`),
  };
}

/** More than thirty years. A longer duration is a mistake, and must not make the file invalid. */
const LONGEST_MS = 1e12;

/** Seconds with at most three decimals, never in a form like 1e-7. */
function secondsOf(durationMs: number): string {
  const ms = Number.isFinite(durationMs) ? Math.min(Math.max(0, Math.round(durationMs)), LONGEST_MS) : 0;
  return (ms / 1000).toFixed(3);
}

/** Makes names unique. Titles are unique in the plan, but two of them may differ only in forbidden characters. */
class UniqueNames {
  readonly #taken = new Set<string>();

  take(wanted: string): string {
    let name = wanted === '' ? '(no title)' : wanted;
    for (let copy = 2; this.#taken.has(name); copy++) name = `${wanted} (${copy})`;
    this.#taken.add(name);
    return name;
  }
}
