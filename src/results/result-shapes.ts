import type {
  Arm,
  Attachment,
  Attempt,
  AttemptEnding,
  CheckResult,
  CheckStatus,
  ControlMode,
  ExtensionError,
  KeptRecording,
  MissingBodies,
} from '../core/attempt.ts';
import type { AttributionWord } from '../core/attribution/decide.ts';
import type { Loads } from '../core/attribution/failure-rates.ts';
import type { ArmLoads } from '../core/attribution/posterior.ts';
import type { HistoryGroup } from '../core/attribution/list-test.ts';
import type { Pairs } from '../core/attribution/pairs.ts';
import { isAttachmentPath } from '../core/attachment-path.ts';
import type { Build, BuildsOfRun } from '../core/builds.ts';
import type { CheckPlan } from '../core/check.ts';
import type { ChromeKind } from '../core/chrome.ts';
import type { RunStarted } from '../core/event.ts';
import type { SentPage } from '../core/sent-page.ts';
import type { Cause, Fault } from '../core/fault.ts';
import { SITE_ID, type Site } from '../core/site.ts';
import type { StopReason } from '../core/stop.ts';
import type { RememberedRun } from '../core/story.ts';
import type {
  ArmsOfSite,
  CheckExcuse,
  CheckVerdict,
  ExcusedBy,
  OtherPages,
  PicturesOfSite,
  SiteVerdict,
  Verdict,
} from '../core/verdict.ts';
import { code, count, date, duration, flag, isText, text } from './basic-shapes.ts';
import { replay } from './replay-shape.ts';
import type { ExtensionResult, SiteResult } from './results-json.ts';
import { anything, either, leaf, listOf, objectOf, optional, suchThat, wordOf, type Shape } from './shape.ts';

/** A merge names each shard that is missing. */
const MAX_SHARDS = 10_000;

const siteId: Shape<string> = leaf('the id of a site', (value) => isText(value) && SITE_ID.test(value));

export const arm = wordOf<Arm>({ subject: true, control: true });
export const control = wordOf<ControlMode>({ never: true, 'on-failure': true, always: true });
const stopReason = wordOf<StopReason>({
  interrupted: true,
  'max-failures': true,
  'global-timeout': true,
  journal: true,
  outage: true,
});
const ending = wordOf<AttemptEnding>({ completed: true, 'timed-out': true, faulted: true, interrupted: true });
const status = wordOf<CheckStatus>({ passed: true, failed: true, errored: true, skipped: true, 'not-run': true });
const verdictWord = wordOf<Verdict>({
  passed: true,
  flaky: true,
  failed: true,
  errored: true,
  skipped: true,
  'not-run': true,
});
const cause = wordOf<Cause>({ check: true, extension: true, site: true, browser: true, grid: true, runner: true });

export const shard = suchThat(
  objectOf<RunStarted['shard']>({ index: count, total: count }),
  'a part of a whole, such as 2 of 8',
  ({ index, total }) => index >= 1 && index <= total && total <= MAX_SHARDS,
);

export const site = objectOf<Site>({
  id: siteId,
  url: text,
  tags: optional(listOf(text)),
  timeoutMs: optional(duration),
  skip: optional(text),
  data: optional(anything),
  env: optional(listOf(text)),
  once: optional(flag),
});

export const checkPlan = objectOf<CheckPlan>({ title: text, titlePath: listOf(text), file: text, tags: listOf(text) });

const build = objectOf<Build>({ name: text, version: text, sha256: text });
export const builds = objectOf<BuildsOfRun>({
  subject: build,
  control: optional(either(wordOf<'none'>({ none: true }), build)),
});

export const fault = objectOf<Fault>({
  code,
  cause,
  message: text,
  stack: optional(text),
  hint: optional(text),
  httpStatus: optional(count),
});

const attachmentPath = leaf<string>(
  'a relative path without `..`',
  (value) => isText(value) && isAttachmentPath(value),
);

const attachment = objectOf<Attachment>({
  name: text,
  path: attachmentPath,
  contentType: text,
});

const checkResult = objectOf<CheckResult>({
  title: text,
  status,
  durationMs: duration,
  rescued: optional(flag),
  fault: optional(fault),
  reason: optional(text),
  attachments: optional(listOf(attachment)),
});

export const attempt = objectOf<Attempt>({
  siteId: text,
  attempt: count,
  arm,
  ending,
  sessionId: optional(text),
  node: optional(text),
  startedAt: date,
  durationMs: duration,
  fault: optional(fault),
  checks: listOf(checkResult),
  suiteMs: optional(duration),
  extensionErrors: optional(listOf(objectOf<ExtensionError>({ message: text, stack: text, where: text }))),
  sentPage: optional(
    objectOf<SentPage>({
      chain: listOf(text),
      language: text,
      title: text,
      fields: text,
      shape: text,
      byExtension: optional(flag),
    }),
  ),
  replay: optional(replay),
  recording: optional(
    objectOf<KeptRecording>({
      path: optional(attachmentPath),
      missing: optional(listOf(objectOf<MissingBodies>({ reason: text, count }))),
    }),
  ),
});

const checkVerdict = objectOf<CheckVerdict>({
  title: text,
  status,
  flaky: flag,
  durationMs: duration,
  cause: optional(cause),
  fault: optional(fault),
  reason: optional(text),
  attachments: optional(listOf(attachment)),
  otherFaults: optional(listOf(fault)),
});

/** From 0 to 1. */
const share: Shape<number> = leaf(
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
);
const attribution = wordOf<AttributionWord>({ broken: true, suspect: true, 'not-build': true, undecided: true });
const loads = objectOf<Loads>({ failed: count, all: count });
const arms = objectOf<ArmsOfSite>({
  check: text,
  subject: loads,
  control: loads,
  pairs: objectOf<Pairs>({ subjectOnly: count, controlOnly: count, both: count, all: count }),
  sampled: optional(flag),
  cut: optional(flag),
  replayed: optional(objectOf<ArmLoads>({ subject: loads, control: loads })),
  pictures: optional(objectOf<PicturesOfSite>({ subject: attachmentPath, control: attachmentPath })),
  passMs: optional(objectOf<Exclude<ArmsOfSite['passMs'], undefined>>({ subject: duration, control: duration })),
});

export const historyGroup = objectOf<HistoryGroup>({ earlier: loads, siteCount: count, failedCount: count });

const otherPages = objectOf<OtherPages>({ pairs: count, all: count });

export const siteVerdict = objectOf<SiteVerdict>({
  siteId: text,
  verdict: verdictWord,
  cause: optional(cause),
  code: optional(code),
  checks: listOf(checkVerdict),
  control: optional(verdictWord),
  attribution: optional(attribution),
  probability: optional(share),
  arms: optional(arms),
  otherPages: optional(otherPages),
  replay: optional(replay),
  attempts: count,
  durationMs: duration,
  stoppedBy: optional(stopReason),
});

/** Which Chrome of its machine a run had. */
export const chrome = wordOf<ChromeKind>({ shell: true, full: true });

export const excuse = objectOf<CheckExcuse>({
  title: text,
  by: wordOf<ExcusedBy>({ baseline: true, expectation: true }),
  text,
});

export const rememberedRun = objectOf<RememberedRun>({
  run: text,
  startedAt: date,
  verdict: verdictWord,
  cause: optional(cause),
  code: optional(text),
});

export const extensionResult = objectOf<ExtensionResult>({ arm, id: text, name: text, version: text, sha256: text });

/** A site of results.json. */
export const siteResult = objectOf<SiteResult>({
  id: siteId,
  url: text,
  verdict: verdictWord,
  cause: optional(cause),
  code: optional(text),
  durationMs: optional(duration),
  totalMs: duration,
  attempts: count,
  stoppedBy: optional(stopReason),
  control: optional(verdictWord),
  attribution: optional(attribution),
  probability: optional(share),
  arms: optional(arms),
  otherPages: optional(otherPages),
  replay: optional(replay),
  checks: listOf(checkVerdict),
  excused: optional(listOf(excuse)),
});
