import { isAlive, ownIdentity, type ProcessIdentity } from '../../os/process-identity.ts';

/** The label of a grid that this process owns: it names the process. */
export function ownerLabel(): string {
  const { host, pid, birth = '' } = ownIdentity();
  return JSON.stringify({ host, pid, birth });
}

/** Whether the process that an owner's label names has ended. False if this machine can't tell. */
export function isOwnerDead(label: string): boolean {
  try {
    return !isAlive(JSON.parse(label) as ProcessIdentity);
  } catch {
    return false;
  }
}
