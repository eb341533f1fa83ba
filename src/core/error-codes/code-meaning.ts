import type { Answer, Cause } from '../blame.ts';

/** What a code means. docs/troubleshooting.md and docs/reference/error-codes.md are generated from it. */
export interface CodeMeaning {
  /** Whom it blames: `input` is what gridrun was given, `nobody` if nothing is wrong. */
  readonly blames: Cause | 'input' | 'nobody';
  /** What gridrun does about it. `note` reports it once and goes on. */
  readonly answer: Answer | 'note';
  readonly meaning: string;
  readonly todo: string;
}

/** The codes of some families. */
export type Codes = Readonly<Record<string, CodeMeaning>>;

/** Bad input: the run is refused before anything starts. */
export const input = (meaning: string, todo: string) => ({ blames: 'input', answer: 'refuse', meaning, todo }) as const;

/** The run is refused, but not because of its input. */
export const refused = (blames: Cause, meaning: string, todo: string): CodeMeaning => {
  return { blames, answer: 'refuse', meaning, todo };
};

/** The site is tried again on another session or node. */
export const retried = (blames: Cause, meaning: string, todo: string): CodeMeaning => {
  return { blames, answer: 'retry', meaning, todo };
};

/** It is reported against the site or the run. */
export const reported = (blames: Cause, meaning: string, todo: string): CodeMeaning => {
  return { blames, answer: 'report', meaning, todo };
};

/** It is reported once, and the run goes on. */
export const noted = (blames: Cause | 'nobody', meaning: string, todo: string): CodeMeaning => {
  return { blames, answer: 'note', meaning, todo };
};

/** A person stopped the command. */
export const stopped = (meaning: string): CodeMeaning => {
  return { blames: 'nobody', answer: 'stop', meaning, todo: NO_TODO };
};

export const NO_TODO = 'nothing';
export const AS_HINTED = 'follow the message: it says what is right';
