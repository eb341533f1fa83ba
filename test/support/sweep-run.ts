import type { CheckResult } from '../../src/core/attempt.ts';
import type { RunEvent, Undated } from '../../src/core/event.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { Site } from '../../src/core/site.ts';
import { judge } from '../../src/core/judge.ts';
import { checkPlan } from './run-events.ts';

export interface SweepShape {
  readonly siteCount: number;
  readonly checkCount: number;
  /** The number of failing sites, spread over the list. */
  readonly failingCount: number;
  /** The number of kinds of fault. */
  readonly faultCount: number;
  readonly slotCount: number;
  /** Failures with this cause are known from the baseline. */
  readonly knownCause?: Fault['cause'];
}

const TITLES = [
  'the login form is found',
  'the field is labelled',
  'the icon is shown',
  'the icon does not cover the text',
  'a click fills the form',
  'the page keeps its focus',
  'no error is thrown',
  'the form can be sent',
  'a second form is left alone',
  'the tab order stays',
  'the placeholder stays',
  'the icon follows the theme',
  'right to left works',
  'the form in a frame is found',
  'the shadow root is searched',
  'a late form is found',
  'the password can be shown',
  'nothing is filled unasked',
  'the console stays clean',
  'the page stays quick',
];

const MESSAGES: readonly (readonly [Fault['cause'], Fault['code'], string])[] = [
  ['extension', 'check.failed', 'the icon covers the text: they overlap by 12 px'],
  ['extension', 'extension.error', "TypeError: Cannot read properties of null (reading 'shadowRoot')"],
  ['check', 'check.failed', 'expected the form to be found, but there is none'],
  ['site', 'site.unreachable', 'net::ERR_CONNECTION_TIMED_OUT'],
  ['site', 'site.connection-lost', 'the site answered 403 with a bot challenge'],
  ['grid', 'grid.session-lost', 'the session is gone: the node does not answer'],
  ['browser', 'browser.crashed', 'the tab crashed'],
  ['check', 'check.timeout', 'the check did not finish within 30000 ms'],
];

/** A made-up sweep with units, worn sessions, waits, retries and nodes like a real one. The same shape gives the same sweep. */
export class SweepRun {
  readonly events: RunEvent[] = [];
  readonly sites: readonly Site[];
  readonly titles: readonly string[];
  readonly #shape: SweepShape;
  readonly #startedAt = Date.UTC(2026, 10, 20, 2, 0, 0);

  constructor(shape: SweepShape) {
    this.#shape = shape;
    this.titles = Array.from(
      { length: shape.checkCount },
      (_, place) => `login ${TITLES[place % TITLES.length]}${place < TITLES.length ? '' : ` ${place}`}`,
    );
    this.sites = Array.from({ length: shape.siteCount }, (_, place) => siteAt(place));
    const started: Undated[] = [
      {
        type: 'run-started',
        schema: 1,
        run: '20261120-020000-3fa9',
        gridrun: '0.1.0',
        host: 'ci-7',
        checks: this.titles.map(checkPlan),
        siteCount: shape.siteCount,
        duplicateCount: 0,
        planHash: 'plan',
        shard: { index: 1, total: 1 },
        sessions: shape.slotCount,
        grid: 'http://grid:4444',
      },
      { type: 'sites-planned', sites: this.sites },
      { type: 'grid-ready', grid: 'http://grid:4444', sessions: shape.slotCount },
      { type: 'grid-scaled', nodes: 2, reason: 'started with 2' },
    ];
    for (const event of started) this.#add(0, event);
    const lanes = Array.from({ length: shape.slotCount }, (_, slot) => ({
      slot,
      at: 300 + slot * 150,
      taken: 0,
      session: '',
      node: '',
    }));
    for (let place = 0; place < shape.siteCount; place++) {
      const lane = lanes.reduce((first, other) => (other.at < first.at ? other : first));
      this.#visit(lane, place);
    }
    for (const lane of lanes)
      if (lane.session !== '')
        this.#add(lane.at + 5, {
          type: 'session-closed',
          sessionId: lane.session,
          slot: lane.slot,
          reason: 'done',
          siteCount: lane.taken,
        });
    const endedAt = Math.max(...lanes.map(({ at }) => at)) + 200;
    this.#add(endedAt / 3, { type: 'grid-scaled', nodes: 4, reason: 'sites wait' });
    this.events.sort((a, b) => a.at - b.at);
    this.#excuse(endedAt);
    this.#add(endedAt, { type: 'run-ended', durationMs: endedAt, stopped: '', faults: [] });
  }

  journal(): Buffer {
    return Buffer.from(this.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  #excuse(atMs: number): void {
    for (const event of this.events.filter((known) => known.type === 'site-judged')) {
      const { siteId, cause, checks } = event.verdict;
      if (cause === undefined || cause !== this.#shape.knownCause) continue;
      const titles = checks.filter(({ status }) => status !== 'passed').map(({ title }) => title);
      this.#add(atMs, {
        type: 'site-excused',
        siteId,
        checks: titles.map((title) => ({ title, by: 'baseline', text: 'failed in the same way last night' })),
      });
    }
  }

  #visit(lane: { slot: number; at: number; taken: number; session: string; node: string }, place: number): void {
    const site = this.sites[place]!;
    const { slot } = lane;
    const fault = this.#faultOf(place);
    if (lane.session === '' || lane.taken >= 40) {
      if (lane.session !== '')
        this.#add(lane.at, {
          type: 'session-closed',
          sessionId: lane.session,
          slot,
          reason: 'worn',
          siteCount: lane.taken,
        });
      const durationMs = 600 + noise(place) * 900;
      lane.at += durationMs;
      lane.node = `http://node-${(slot >> 1) + 1}:5555`;
      lane.session = `${noise(place + 7)
        .toString(16)
        .slice(2, 10)}-${place}`;
      lane.taken = 0;
      this.#add(lane.at, {
        type: 'session-opened',
        sessionId: lane.session,
        slot,
        node: lane.node,
        browserName: 'chrome',
        browserVersion: '156.0.8012.3',
        durationMs,
      });
    }
    if (lane.taken % 8 === 0) {
      this.#add(lane.at, {
        type: 'unit-started',
        unit: place,
        slot,
        siteIds: this.sites.slice(place, place + 8).map(({ id }) => id),
      });
    }
    if (place % 67 === 66) {
      this.#add(lane.at, { type: 'slot-idle', slot, why: 'every site left is on a host that is being visited' });
      lane.at += 1500 + noise(place) * 4000;
    }
    const flaky = fault === undefined && place % 131 === 130;
    const attempts = [];
    for (let attempt = 1; attempt <= (flaky || fault?.cause === 'grid' ? 2 : 1); attempt++) {
      const checks = this.titles.map((title, check) => this.#result(site, title, check, place, attempt, flaky, fault));
      const durationMs = checks.reduce((sum, check) => sum + check.durationMs, 40 + noise(place * 3) * 300);
      this.#add(lane.at, { type: 'attempt-started', siteId: site.id, attempt, slot, sessionId: lane.session });
      const made = {
        siteId: site.id,
        attempt,
        arm: 'subject' as const,
        ending: 'completed' as const,
        sessionId: lane.session,
        node: lane.node,
        startedAt: this.#startedAt + Math.round(lane.at),
        durationMs,
        checks,
      };
      attempts.push(made);
      lane.at += durationMs;
      this.#add(lane.at, { type: 'attempt-ended', slot, attempt: made });
      lane.at += 120;
    }
    lane.taken++;
    this.#add(lane.at - 119, {
      type: 'site-judged',
      verdict: judge({ siteId: site.id, planned: this.titles, attempts }),
    });
  }

  #result(
    site: Site,
    title: string,
    check: number,
    place: number,
    attempt: number,
    flaky: boolean,
    fault: Fault | undefined,
  ): CheckResult {
    const durationMs = 15 + noise(place * 31 + check) * 160;
    const broken =
      fault === undefined
        ? []
        : fault.cause === 'site' || fault.cause === 'grid'
          ? this.titles.map((_, other) => other)
          : [place % this.titles.length];
    if (flaky && attempt === 1 && check === 2)
      return { title, status: 'failed', durationMs, fault: faultNamed(2, site) };
    if (fault === undefined || !broken.includes(check)) return { title, status: 'passed', durationMs };
    const status = fault.cause === 'check' || fault.cause === 'extension' ? 'failed' : 'errored';
    const path = `evidence/${site.id}/${check}/${attempt}/page.png`;
    return { title, status, durationMs, fault, attachments: [{ name: 'screenshot', path, contentType: 'image/png' }] };
  }

  #faultOf(place: number): Fault | undefined {
    const { siteCount, failingCount, faultCount } = this.#shape;
    const every = Math.floor(siteCount / Math.max(1, failingCount));
    const nth = Math.floor(place / every);
    if (place % every !== every - 1 || nth >= failingCount) return undefined;
    // Some kinds of fault hit more sites than others.
    return faultNamed(Math.floor(faultCount * noise(nth) ** 1.5), this.sites[place]!);
  }

  #add(afterMs: number, event: Undated): void {
    this.events.push({ at: this.#startedAt + Math.round(afterMs), ...event });
  }
}

function faultNamed(kind: number, site: Site): Fault {
  const [cause, code, message] = MESSAGES[kind % MESSAGES.length]!;
  const stack = `AssertionError: ${message}\n    at Context.<anonymous> (checks/login.check.ts:${20 + kind}:12)\n    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)`;
  return { code, cause, message: `${message} on ${site.url}`, stack };
}

function siteAt(place: number): Site {
  const words = ['shop', 'bank', 'news', 'mail', 'forum', 'wiki', 'travel', 'music'];
  const host = `${words[place % words.length]}-${String(place).padStart(4, '0')}.example`;
  return {
    id: host.replace('.', '_'),
    url: `https://${host}/login`,
    tags: [words[place % words.length]!, ...(place % 5 === 0 ? ['rtl'] : [])],
  };
}

/** Between 0 and 1, always the same for the same number. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898 + 78.233) * 43758.5453;
  return x - Math.floor(x);
}
