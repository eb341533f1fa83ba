import { portablePath } from '../../../os/portable-path.ts';
import type Mocha from 'mocha';
import type { CheckPlan } from '../../../core/check.ts';

/** Which checks of a suite to run. */
export interface CheckSelection {
  readonly grep?: string;
  readonly grepInvert?: string;
  /** Without the `@`. A check needs one of them. If no check has any, they are tags of sites and select no checks. */
  readonly tags: readonly string[];
}

const TITLE = Symbol('CheckPlan.title');
type TitledTest = Mocha.Test & { [TITLE]?: string; retriedTest(): Mocha.Test | undefined };

/** The parts of mocha's Suite that its types leave out. */
interface SuiteInternals {
  _onlyTests: Mocha.Test[];
  _onlySuites: Mocha.Suite[];
  hasOnly(): boolean;
  filterOnly(): boolean;
}

function internals(suite: Mocha.Suite): SuiteInternals {
  return suite as unknown as SuiteInternals;
}

/** The `@tags` of a title, without the `@`. */
export function tagsOf(fullTitle: string): string[] {
  return [...new Set([...fullTitle.matchAll(/(?<=^|\s)@([\w:.-]+)/gu)].map((match) => match[1]!))];
}

/** A check with `@extension` in its title runs only in a session with the extension. */
export function needsExtension(test: Mocha.Test): boolean {
  return tagsOf(test.fullTitle()).includes('extension');
}

/** Each `.only` of the suite, as `file: title`. */
export function exclusives(root: Mocha.Suite, cwd: string): string[] {
  const found: string[] = [];
  const visit = (suite: Mocha.Suite): void => {
    for (const only of [...internals(suite)._onlySuites, ...internals(suite)._onlyTests])
      found.push(`${shownFile(only.file, cwd)}: ${only.fullTitle()}`);
    for (const inner of suite.suites) visit(inner);
  };
  visit(root);
  return found;
}

/** Removes from the suite the checks that `.only` and the selection leave out. */
export function applySelection(root: Mocha.Suite, selection: CheckSelection): void {
  if (internals(root).hasOnly()) internals(root).filterOnly();
  const grep = selection.grep === undefined ? undefined : new RegExp(selection.grep);
  const invert = selection.grepInvert === undefined ? undefined : new RegExp(selection.grepInvert);
  const wanted = new Set(selection.tags);
  let tagged = false;
  root.eachTest((test) => void (tagged ||= tagsOf(test.fullTitle()).some((tag) => wanted.has(tag))));
  keep(root, (title) => {
    if (grep !== undefined && !grep.test(title)) return false;
    if (invert?.test(title)) return false;
    return !tagged || tagsOf(title).some((tag) => wanted.has(tag));
  });
}

/** mocha applies `.only` again at each run, which would bring back what the selection left out: so it goes. */
function keep(suite: Mocha.Suite, chosen: (fullTitle: string) => boolean): void {
  internals(suite)._onlyTests = [];
  internals(suite)._onlySuites = [];
  suite.tests = suite.tests.filter((test) => chosen(test.fullTitle()));
  for (const inner of suite.suites) keep(inner, chosen);
}

/** Lists the suite's checks in order, and sets each test's title in the list for `titleOf`. */
export function planSuite(root: Mocha.Suite, cwd: string): CheckPlan[] {
  const taken = new Set<string>();
  const plans: CheckPlan[] = [];
  const all: Mocha.Test[] = [];
  root.eachTest((test) => void all.push(test));
  const written = new Set(all.map((test) => test.fullTitle()));
  for (const test of all) {
    const fullTitle = test.fullTitle();
    let title = fullTitle;
    // Another check may already have the title that a repeated one would get.
    for (let nth = 2; taken.has(title) || (title !== fullTitle && written.has(title)); nth++)
      title = `${fullTitle} (${nth})`;
    taken.add(title);
    (test as TitledTest)[TITLE] = title;
    plans.push({
      title,
      titlePath: test.titlePath().filter((part) => part !== ''),
      file: shownFile(test.file, cwd),
      tags: tagsOf(fullTitle),
    });
  }
  return plans;
}

/** `CheckPlan.title` of a test, also of mocha's copy of it for a retry. */
export function titleOf(test: Mocha.Test): string {
  const original = (test as TitledTest).retriedTest() ?? test;
  return (original as TitledTest)[TITLE] ?? original.fullTitle();
}

/** Was the test there when the suite was planned? */
export function isPlanned(test: Mocha.Test): boolean {
  return (((test as TitledTest).retriedTest() as TitledTest | undefined) ?? (test as TitledTest))[TITLE] !== undefined;
}

/** The titles of the checks whose suite stops after a failure (`this.bail(true)`). */
export function bailingChecks(root: Mocha.Suite): string[] {
  const titles: string[] = [];
  root.eachTest((test) => {
    if (test.parent?.bail() === true) titles.push(titleOf(test));
  });
  return titles;
}

export function isTest(runnable: Mocha.Runnable): runnable is Mocha.Test {
  return (runnable as { type?: string }).type === 'test';
}

/** The title of a test, or of the test that a hook runs for; undefined if there is none. */
export function titleOfRunning(runnable: Mocha.Runnable): string | undefined {
  const test = isTest(runnable) ? runnable : runnable.ctx?.currentTest;
  return test === undefined ? undefined : titleOf(test);
}

/** A file's path for messages: relative to the working directory, with forward slashes. */
export function shownFile(file: string | undefined, cwd: string): string {
  return file === undefined ? '' : portablePath(cwd, file);
}
