import type { Attempt, CheckResult } from '../../src/core/attempt.ts';
import type { CheckPlan } from '../../src/core/check.ts';
import type { RunEnded, RunEvent, RunStarted, Undated } from '../../src/core/event.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { Site } from '../../src/core/site.ts';
import { judge } from '../../src/core/judge.ts';

/** A made-up run for tests of reports: its events in order, dated from 1,000,000 in steps of 10 ms. */
export class FakeRun {
  readonly events: RunEvent[] = [];
  readonly #titles: readonly string[];
  readonly #attempts = new Map<string, Attempt[]>();
  readonly #sites: readonly Site[];

  constructor(sites: readonly Site[], titles: readonly string[], facts: Partial<RunStarted> = {}) {
    this.#sites = sites;
    this.#titles = titles;
    this.add({
      type: 'run-started',
      schema: 1,
      run: 'run-a',
      gridrun: '0.1.0',
      host: 'runner',
      checks: titles.map(checkPlan),
      siteCount: sites.length,
      duplicateCount: 0,
      planHash: 'hash-1',
      shard: { index: 1, total: 1 },
      sessions: 1,
      grid: 'local',
      ...facts,
    });
    this.add({ type: 'sites-planned', sites });
  }

  add(event: Undated): this {
    this.events.push({ at: 1_000_000 + this.events.length * 10, ...event });
    return this;
  }

  session(sessionId: string, slot = 0): this {
    return this.add({
      type: 'session-opened',
      sessionId,
      slot,
      node: 'node-1',
      browserName: 'chrome',
      browserVersion: '156.0',
      durationMs: 400,
    });
  }

  attempt(siteId: string, checks: readonly CheckResult[], more: Partial<Attempt> = {}): this {
    const known = this.#attempts.get(siteId) ?? [];
    const attempt: Attempt = {
      siteId,
      attempt: known.length + 1,
      arm: 'subject',
      ending: 'completed',
      sessionId: 's1',
      node: 'node-1',
      startedAt: 1_000_000 + this.events.length * 10,
      durationMs: 1234.5,
      checks,
      ...more,
    };
    this.#attempts.set(siteId, [...known, attempt]);
    this.add({ type: 'attempt-started', siteId, attempt: attempt.attempt, slot: 0, sessionId: 's1' });
    return this.add({ type: 'attempt-ended', slot: 0, attempt });
  }

  /** The verdict that `judge` makes of the attempts so far. */
  judged(siteId: string, amended = false): this {
    const skip = this.#sites.find((site) => site.id === siteId)?.skip;
    const verdict = judge({
      siteId,
      planned: this.#titles,
      attempts: this.#attempts.get(siteId) ?? [],
      ...(skip === undefined ? {} : { skip }),
    });
    return this.add({ type: 'site-judged', ...(amended ? { amended } : {}), verdict });
  }

  ended(stopped: RunEnded['stopped'] = '', faults: readonly Fault[] = []): this {
    return this.add({ type: 'run-ended', durationMs: 5000, stopped, faults });
  }

  journal(): Buffer {
    return Buffer.from(this.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
}

export function checkPlan(title: string): CheckPlan {
  return { title, titlePath: [title], file: 'checks/a.check.ts', tags: [] };
}

export function siteOf(id: string, more: Partial<Site> = {}): Site {
  return { id, url: `https://${id}.example/`, ...more };
}

export function passed(title: string, durationMs = 12.3456): CheckResult {
  return { title, status: 'passed', durationMs };
}

export function failed(title: string, message = 'no', more: Partial<CheckResult> = {}): CheckResult {
  const fault: Fault = {
    code: 'check.failed',
    cause: 'check',
    message,
    stack: `Error: ${message}\n    at checks/a.check.ts:3:5`,
  };
  return { title, status: 'failed', durationMs: 20, fault, ...more };
}

export function errored(title: string, message = 'net::ERR_NAME_NOT_RESOLVED'): CheckResult {
  return { title, status: 'errored', durationMs: 5, fault: { code: 'site.unreachable', cause: 'site', message } };
}

/** A run that has a site of every verdict, and checks of every kind. */
export function variedRun(): FakeRun {
  const titles = ['form is found', 'form works'];
  const [one, two] = ['form is found', 'form works'] as const;
  const sites = [
    siteOf('good'),
    siteOf('flaky'),
    siteOf('rescued'),
    siteOf('bad'),
    siteOf('gone'),
    siteOf('left', { skip: 'needs a phone' }),
    siteOf('late'),
    siteOf('cut'),
  ];
  const shot = { name: 'screenshot', path: 'evidence/bad/form-works/1/page.png', contentType: 'image/png' };
  return new FakeRun(sites, titles)
    .add({ type: 'grid-ready', grid: 'local', sessions: 1 })
    .session('s1')
    .attempt('good', [passed(one), { title: two, status: 'skipped', durationMs: 0, reason: 'not here' }])
    .judged('good')
    .attempt('flaky', [failed(one, 'first'), passed(two)])
    .attempt('flaky', [passed(one), passed(two)])
    .judged('flaky')
    .attempt('rescued', [{ ...passed(one), rescued: true }, passed(two)])
    .judged('rescued')
    .attempt('bad', [passed(one), failed(two, 'first')])
    .attempt('bad', [passed(one), failed(two, 'second', { attachments: [shot] })])
    .judged('bad')
    .attempt('gone', [errored(one), errored(two)])
    .judged('gone')
    .judged('left')
    .attempt('late', [passed(one), passed(two)])
    .judged('late')
    .add({ type: 'notice', level: 'warning', code: 'grid.scale-failed', text: 'the grid is slow' })
    .attempt('cut', [passed(one)], {
      ending: 'faulted',
      fault: { code: 'grid.session-lost', cause: 'grid', message: 'the session is gone' },
    })
    .add({ type: 'session-closed', sessionId: 's1', slot: 0, reason: 'faulted', siteCount: 8 });
}
