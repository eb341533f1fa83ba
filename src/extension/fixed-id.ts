import { createHash, generateKeyPairSync } from 'node:crypto';
import { writeZip } from './zip.ts';
import type { ExtensionPackage } from './read-extension.ts';

/** A zip with its manifest at the root, and the id that Chrome will give it. */
export interface KeyedZip {
  readonly id: string;
  readonly zip: Buffer;
}

const KEY_BITS = 2048;

/**
 * Adds a `key` to the manifest, so that the id is known before the browser starts. A browser that loads an extension at
 * its start does not report the id.
 */
export async function withFixedId(pkg: ExtensionPackage): Promise<KeyedZip> {
  const own = pkg.manifest.raw['key'];
  const key =
    typeof own === 'string'
      ? own
      : generateKeyPairSync('rsa', { modulusLength: KEY_BITS })
          .publicKey.export({ type: 'spki', format: 'der' })
          .toString('base64');
  const manifest = Buffer.from(JSON.stringify({ ...pkg.manifest.raw, key }));
  return { id: idOf(key), zip: await writeZip(new Map([...pkg.files, ['manifest.json', manifest]]), '') };
}

/** The first half of the key's hash, in hex digits that are written as the letters a to p. */
function idOf(key: string): string {
  const half = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32);
  return half.replace(/./g, (digit) => String.fromCharCode('a'.charCodeAt(0) + parseInt(digit, 16)));
}
