import { resolve } from 'node:path';
import type { ControlMode } from '../../core/attempt.ts';
import type { Build, BuildsOfRun } from '../../core/builds.ts';
import type { CheckPlan } from '../../core/check.ts';
import type { Undated } from '../../core/event.ts';
import type { ExtensionOptions } from '../../core/options.ts';
import type { Emit, ExtensionFacts, Grid } from '../../core/ports.ts';
import { extensionArms, type Arms } from '../../extension/arms.ts';
import { extensionGrid } from '../../extension/extension-grid.ts';
import { readExtension, type ExtensionPackage } from '../../extension/read-extension.ts';
import { refuseTogether } from './refuse-together.ts';

/** The builds that a run compares, read and checked. */
export interface Builds {
  readonly subject: ExtensionPackage;
  /** Another build, or no extension at all; undefined if the run compares nothing. */
  readonly control: ExtensionPackage | 'none' | undefined;
  readonly mode: ControlMode;
  /** The user named two extensions, as a comparison needs. A calibration names one twice. */
  readonly areTwo: boolean;
}

/** A grid whose sessions have the build of their arm, and what Chrome reports about the build under test. */
export interface InstalledBuilds extends Arms {
  readonly facts: ExtensionFacts;
}

/** Reads the extensions that the options name. Throws one refusal with the mistakes of both. */
export async function readBuilds(options: ExtensionOptions): Promise<Builds | undefined> {
  const { cwd, extension, control: wanted, controlAll, isCalibration = false } = options;
  if (extension === undefined) return undefined;
  const [subject, control] = await refuseTogether(
    readExtension(resolve(cwd, extension)),
    readControl(wanted === undefined || wanted === 'none' ? wanted : resolve(cwd, wanted)),
  );
  const mode = control === undefined ? 'never' : controlAll ? 'always' : 'on-failure';
  return { subject, mode, control, areTwo: !isCalibration };
}

/** With `none` there is no build to read. */
async function readControl(control: string | undefined): Promise<Builds['control']> {
  return control === undefined || control === 'none' ? control : readExtension(control);
}

/** What the journal's first line says of the builds. */
export function buildsOfRun({ subject, control }: Builds): BuildsOfRun {
  const nameOf = ({ name, version, sha256 }: ExtensionPackage): Build => ({ name, version, sha256 });
  return {
    subject: nameOf(subject),
    ...(control === undefined ? {} : { control: control === 'none' ? control : nameOf(control) }),
  };
}

/** Says which checks a run skips because it has no extension. Undefined if it skips none. */
export function withoutExtension(checks: readonly CheckPlan[], builds: Builds | undefined): Undated | undefined {
  const skippedCount = checks.filter(({ tags }) => tags.includes('extension')).length;
  if (builds !== undefined || skippedCount === 0) return undefined;
  const isAll = skippedCount === checks.length;
  const which = isAll
    ? 'every check needs an extension (@extension), so this run tries nothing'
    : `this run has no extension, so it skips ${skippedCount} of ${checks.length} checks (@extension)`;
  return {
    type: 'notice',
    level: isAll ? 'warning' : 'info',
    code: 'extension.none',
    text: `${which}; pass --extension`,
  };
}

/** How to ask for the sessions that try the builds. */
export interface TrialOrder {
  /** The name of the sessions. */
  readonly name: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/**
 * Loads each build in one session, before any site is judged, and returns a grid whose sessions have the build of their
 * arm. Throws if a build does not load.
 */
export async function installExtension(grid: Grid, builds: Builds, order: TrialOrder): Promise<InstalledBuilds> {
  const { emit, ...rest } = order;
  const request = { ...rest, avoidNodes: [] };
  const subject = extensionGrid(grid, builds.subject);
  const { extension: facts, text } = await subject.preflight({ ...request, arm: 'subject' });
  emit({ type: 'extension-loaded', arm: 'subject', ...named(facts), text });
  if (builds.control === undefined || builds.control === 'none') return { facts, ...extensionArms(grid, subject) };
  const control = extensionGrid(grid, builds.control);
  const other = await control.preflight({ ...request, arm: 'control' });
  emit({ type: 'extension-loaded', arm: 'control', ...named(other.extension), text: other.text });
  if (builds.areTwo && builds.subject.sha256 === builds.control.sha256)
    emit({ type: 'notice', level: 'warning', code: 'extension.same-build', text: SAME_BUILD });
  return { facts, ...extensionArms(grid, subject, control) };
}

const SAME_BUILD =
  '--extension and --control name two copies of one build: all their files are the same, so this run shows only the noise of the list';

type NamedBuild = Pick<ExtensionFacts, 'id' | 'name' | 'version' | 'sha256'>;

/** Only what the journal records of a build. */
function named({ id, name, version, sha256 }: ExtensionFacts): NamedBuild {
  return { id, name, version, sha256 };
}
