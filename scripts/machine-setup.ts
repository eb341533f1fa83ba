import type { PackageSystem } from './debian-packages.ts';

/** Something that the machine must have. */
export interface Need {
  /** Its name in messages. */
  readonly what: string;
  /** The Debian and Ubuntu packages that provide it. */
  readonly packages: readonly string[];
  /** Tests skip without it. It is installed if nobody must be asked, and elsewhere nothing is said. */
  readonly optional?: boolean;
  /** Why it is missing, or undefined if it is there. */
  lacking(): Promise<string | undefined>;
}

/**
 * Checks that the machine has everything that is needed. As root on Debian or Ubuntu, it installs what is missing; on
 * other machines, it prints what to do. Returns whether everything is there. It never throws, because the next step may
 * not need everything (`--help`, a remote grid, tests without a browser).
 */
export async function setUpMachine(
  needs: readonly Need[],
  system: PackageSystem,
  say: (line: string) => void,
): Promise<boolean> {
  const there = await Promise.all(needs.map(async (need) => ({ need, why: await need.lacking() })));
  const canInstall = system.isDebian && system.isRoot;
  const missing = there.filter(({ need, why }) => why !== undefined && need.optional !== true);
  const helpful = there.flatMap(({ need, why }) =>
    canInstall && need.optional === true && why !== undefined ? need : [],
  );
  const isReady = missing.length === 0 || (await install(missing, system, say));
  for (const { what, packages } of helpful) {
    say(`setup: ${what} is missing; installing it: ${packages.join(' ')}`);
    await system.run('apt-get', ['update', '-qq']).catch(() => undefined);
    await system
      .run('apt-get', ['install', '-y', '-qq', ...packages])
      .catch(() => say(`setup: ${packages.join(' ')} cannot be installed here; what needs it is skipped`));
  }
  return isReady;
}

async function install(
  missing: readonly { readonly need: Need; readonly why: string | undefined }[],
  system: PackageSystem,
  say: (line: string) => void,
): Promise<boolean> {
  const packages = missing.flatMap(({ need }) => need.packages);
  const names = missing.map(({ need }) => need.what).join(' and ');
  const command = `apt-get update && apt-get install -y ${packages.join(' ')}`;
  if (!system.isDebian) {
    for (const { need, why } of missing) say(`setup: ${need.what} is missing: ${why}`);
    return false;
  }
  if (!system.isRoot) {
    say(`setup: ${names} is missing; to install it, run: sudo sh -c '${command}'`);
    return false;
  }
  say(`setup: ${names} is missing; installing it with: ${command}`);
  try {
    // Continue if a package source does not answer. The install reports what it cannot find.
    await system.run('apt-get', ['update', '-qq']).catch(() => undefined);
    await system.run('apt-get', ['install', '-y', '-qq', ...packages]);
  } catch (error) {
    say(`setup: apt-get failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
  const still = (await Promise.all(missing.map(({ need }) => need.lacking()))).filter((why) => why !== undefined);
  for (const why of still) say(`setup: ${packages.join(' ')} did not help: ${why}`);
  return still.length === 0;
}
