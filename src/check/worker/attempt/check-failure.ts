import { asError, fieldOf, isInstance } from '../../../core/as-error.ts';
import { reasonLine, reasonsOf, withReasons, type ErrorReason } from '../../../core/error-reasons.ts';
import { isEvidenceCode, type ErrorCode } from '../../../core/error-codes.ts';
import { GridrunError, makeFault, type Fault } from '../../../core/fault.ts';
import { withoutLanes } from '../../../modules/lane-url.ts';
import { framesOf, isOwnFrame } from '../../../modules/user-frames.ts';
import { withoutDriverNoise } from '../../../text/driver-noise.ts';
import { differenceOf } from './difference.ts';

const MAX_MESSAGE = 8_000;
/** The rest is for the reasons behind the error. */
const MAX_OWN_MESSAGE = 6_000;
const MAX_STACK = 16_000;
/** Frames that are shown of each reason behind the error. */
const MAX_REASON_FRAMES = 3;

/** What is known of the page that a check failed on. */
export interface FailedPage {
  readonly code: ErrorCode;
  /** What is wrong with the page. */
  readonly sentence: string;
}

/** The fault of a page on which a check can say nothing. `error` is what the check threw. */
export function siteFault({ code, sentence }: FailedPage, error: Error, where: string): Fault {
  const { message } = error;
  // The browser's own error, and that of the built-in check, say no more than the sentence.
  const saysMore = !/^timeout: |\bnet::ERR_/.test(message) && !message.includes(sentence);
  const own = messageOf(error, where);
  return makeFault(code, saysMore ? `${sentence}; the check failed with: ${own}` : sentence, { stack: stackOf(error) });
}

/** The fault of what a check or a hook threw. `where` is the hook's title, empty for a check. */
export function checkFault(thrown: unknown, where: string): Fault {
  const error = asError(thrown);
  const own = ownCode(error);
  if (own !== undefined) return faultOfCheck(own, error, where);
  return faultOfCheck(isTimeout(error) ? 'check.timeout' : 'check.failed', error, where);
}

/**
 * The code of an error of gridrun's own: of an `attach` that could not write, or of the built-in check about its page.
 * Undefined if the check failed by itself.
 */
function ownCode(error: Error): ErrorCode | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current !== undefined; depth++) {
    if (isInstance(current, GridrunError) && (isEvidenceCode(current.code) || current.blames === 'site'))
      return current.code;
    current = fieldOf(current, 'cause');
  }
  return undefined;
}

/** The fault of a test that was made while a site ran. */
export function lateTest(error: Error): Fault {
  const hint = 'make tests while the file loads: top-level await works there';
  return { ...faultOfCheck('check.late-test', error, ''), hint };
}

/** The fault of check files that do not load a second time, in another lane. */
export function laneFault(thrown: unknown): Fault {
  return faultOfCheck('runner.lane', asError(thrown), 'loading the check files again');
}

/** The fault of a check that left a command of its driver without an `await`. */
export function unawaited(message: string): Fault {
  return makeFault('check.unawaited-command', message, { hint: 'await every command of the driver' });
}

function faultOfCheck(code: ErrorCode, error: Error, where: string): Fault {
  return makeFault(code, messageOf(error, where), { stack: stackOf(error) });
}

/** Is it mocha's error for a test or hook that took too long? */
export function isTimeout(error: unknown): boolean {
  return fieldOf(error, 'code') === 'ERR_MOCHA_TIMEOUT';
}

function messageOf(error: Error, where: string): string {
  const text = isTimeout(error) ? timeoutMessage(error) : withoutDriverNoise(error.message) || error.name;
  const own = (where === '' ? text : `${where}: ${text}`).slice(0, MAX_OWN_MESSAGE);
  return withoutLanes(withReasons(own, cleanReasons(error))).slice(0, MAX_MESSAGE);
}

/** mocha's own message gives advice on done() and promises. Here only the time matters. */
function timeoutMessage(error: Error): string {
  const ms = fieldOf(error, 'timeout');
  return typeof ms !== 'number' ? error.message : `not done after ${ms} ms (--timeout, or this.timeout() in the check)`;
}

function stackOf(error: Error): string | undefined {
  const stack = fieldOf(error, 'stack');
  if (typeof stack !== 'string') return undefined;
  const frames = shownFrames(stack);
  const places = frames.filter((line) => !isDriverFrame(line));
  const difference = differenceOf(error);
  const text = [
    `${error.name}: ${withoutDriverNoise(error.message)}`,
    ...(difference === '' ? [] : [difference]),
    ...(places.length === 0 ? frames : places),
    ...cleanReasons(error).flatMap((reason) => [
      reasonLine(reason),
      ...placesOf(reason.stack).slice(0, MAX_REASON_FRAMES),
    ]),
  ].join('\n');
  return withoutLanes(text).slice(0, MAX_STACK);
}

/** The errors behind an error, without the driver's versions. */
function cleanReasons(error: Error): readonly ErrorReason[] {
  return reasonsOf(error).map((reason) => ({ ...reason, text: withoutDriverNoise(reason.text) }));
}

function placesOf(stack: string): string[] {
  return shownFrames(stack).filter((line) => !isDriverFrame(line));
}

/** The frames of an error, without those of mocha and of Node itself. */
function shownFrames(stack: string): string[] {
  return framesOf(stack).filter((line) => !/node:internal|node_modules[\\/]mocha[\\/]/.test(line));
}

/** A frame between the check's own line and the wire. */
function isDriverFrame(line: string): boolean {
  return /node_modules[\\/]selenium-webdriver[\\/]/.test(line) || isOwnFrame(line);
}
