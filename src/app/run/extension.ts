import { resolve } from 'node:path';
import { readExtension, type ExtensionPackage } from '../../extension/read-extension.ts';
import { extensionArms, type Arms } from '../../extension/arms.ts';
import { extensionGrid } from '../../extension/extension-grid.ts';
import type { RunOptions } from '../../core/options.ts';
import type { Emit, ExtensionFacts, Grid } from '../../core/ports.ts';
import type { ControlMode } from '../../core/attempt.ts';
import { refuseTogether } from './refuse-together.ts';

/** The builds that a run compares, read and checked. */
export interface Builds {
  readonly subject: ExtensionPackage;
  /** Another build, or none at all; undefined where nothing is compared. */
  readonly control?: ExtensionPackage | 'none';
  readonly mode: ControlMode;
}

/** What an extension adds to a run. */
export interface EquippedGrid extends Arms {
  readonly facts: ExtensionFacts;
}

/** Reads the extensions that the options name. Throws one refusal with the mistakes of both. */
export async function readBuilds(options: RunOptions): Promise<Builds | undefined> {
  const { cwd, extension, control, controlAll } = options;
  if (extension === undefined) return undefined;
  const [subject, other] = await refuseTogether(
    readExtension(resolve(cwd, extension)),
    readControl(control === undefined || control === 'none' ? control : resolve(cwd, control)),
  );
  const mode = other === undefined ? 'never' : controlAll ? 'always' : 'on-failure';
  return { subject, mode, ...(other === undefined ? {} : { control: other }) };
}

/** `none` is an answer of its own: there is then no build to read. */
async function readControl(control: string | undefined): Promise<Builds['control']> {
  return control === undefined || control === 'none' ? control : readExtension(control);
}

/** Proves on one session each that the builds load, before any site is judged, and gives every session what its arm has. */
export async function installExtension(
  grid: Grid,
  builds: Builds,
  options: RunOptions,
  run: string,
  signal: AbortSignal,
  emit: Emit,
): Promise<EquippedGrid> {
  const subject = extensionGrid(grid, builds.subject);
  const request = { name: `${run}-preflight`, capabilities: options.capabilities, avoidNodes: [], signal };
  const { extension: facts, text } = await subject.preflight({ ...request, arm: 'subject' });
  emit({ type: 'extension-loaded', arm: 'subject', ...named(facts), text });
  if (builds.control === undefined || builds.control === 'none') return { facts, ...extensionArms(grid, subject) };
  const control = extensionGrid(grid, builds.control);
  const other = await control.preflight({ ...request, arm: 'control' });
  emit({ type: 'extension-loaded', arm: 'control', ...named(other.extension), text: other.text });
  return { facts, ...extensionArms(grid, subject, control) };
}

function named({ id, name, version, sha256 }: ExtensionFacts): {
  id: string;
  name: string;
  version: string;
  sha256: string;
} {
  return { id, name, version, sha256 };
}
