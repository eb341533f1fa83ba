import type { Arm } from './attempt.ts';
import type { RunStarted } from './event.ts';

/** A build of the extension, as it is recorded and shown. */
export interface Build {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its files. */
  readonly sha256: string;
}

/** The builds that the sessions of a run have. */
export interface BuildsOfRun {
  /** The build under test. */
  readonly subject: Build;
  /** What it is compared with; absent if it is compared with nothing. */
  readonly control?: Build | 'none';
}

/** An option with which two runs name different builds. */
export interface BuildDifference {
  readonly option: 'extension' | 'control';
  /** The builds, as text. */
  readonly before: string;
  readonly now: string;
}

/** What a journal says of a run. */
export interface BuildEvents {
  readonly started: Pick<RunStarted, 'builds' | 'control'> | undefined;
  readonly extensions: ReadonlyMap<Arm, Build>;
}

/** The builds of a run. Journals of older versions name them only where they are loaded. */
export function buildsOf({ started, extensions }: BuildEvents): BuildsOfRun | undefined {
  const [subject, control] = [extensions.get('subject'), extensions.get('control')];
  if (started?.builds !== undefined || subject === undefined) return started?.builds;
  return (started?.control ?? 'never') === 'never' ? { subject } : { subject, control: control ?? 'none' };
}

/** How two runs differ in their builds. Empty if they have the same. */
export function buildDifferences(before: BuildsOfRun | undefined, now: BuildsOfRun | undefined): BuildDifference[] {
  const builds = [
    { option: 'extension', was: before?.subject, is: now?.subject },
    { option: 'control', was: before?.control, is: now?.control },
  ] as const;
  return builds
    .filter(({ was, is }) => keyOf(was) !== keyOf(is))
    .map(({ option, was, is }) => ({ option, before: buildText(was), now: buildText(is) }));
}

/** A build in a line of text. The start of the hash tells two builds of one version apart. */
export function buildText(build: Build | 'none' | undefined): string {
  if (build === undefined) return 'not given';
  return build === 'none' ? build : `${build.name} ${build.version} (${build.sha256.slice(0, 8)})`;
}

/** The same files are the same build, whatever folder or archive they came in. */
function keyOf(build: Build | 'none' | undefined): string | undefined {
  return build === undefined || build === 'none' ? build : build.sha256;
}
