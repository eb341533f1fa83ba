import type { PackageSystem } from './debian-packages.ts';

/** Something that gridrun needs of the machine it runs on. */
export interface Need {
  /** As a person calls it. */
  readonly what: string;
  /** The packages of Debian and Ubuntu that bring it. */
  readonly packages: readonly string[];
  /** Why it is not there; none where it is. */
  lacking(): Promise<string | undefined>;
}

/**
 * Makes sure that the machine has what is needed: as root on Debian or Ubuntu it installs what is missing and says so,
 * a line each; elsewhere it says what to do. Resolves to whether everything is there; throws nothing, because what
 * comes after it may do without (`--help`, a remote grid, the tests that need no browser).
 */
export async function setUpMachine(
  needs: readonly Need[],
  system: PackageSystem,
  say: (line: string) => void,
): Promise<boolean> {
  const there = await Promise.all(needs.map(async (need) => ({ need, why: await need.lacking() })));
  const missing = there.filter((entry) => entry.why !== undefined);
  if (missing.length === 0) return true;
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
    // A source that does not answer is no reason to stop: the install says what it can't find.
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
